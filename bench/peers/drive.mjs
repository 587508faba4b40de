// Drives one peer for the bench: a command a line on stdin, an answer a line on stdout, both JSON.
// PGHOST, PGPORT, PGUSER, PGPASSWORD and PGDATABASE name the database.
import { randomBytes } from 'node:crypto';
import { createInterface } from 'node:readline';
import { setTimeout as pause } from 'node:timers/promises';

const settings = JSON.parse(process.argv[2]);
const settledPoll = 2;

// What the handlers of a run have done, by the number of the item.
let run;

function begin(items, workMs) {
  run = { workMs, left: items, busy: 0, seen: new Uint8Array(items), started: new Float64Array(items) };
  run.done = new Promise((resolve) => (run.end = resolve));
}

async function work(payload) {
  const number = Number(payload.id);
  const at = performance.now();
  run.started[number] = at;
  run.seen[number]++;
  if (run.workMs > 0) {
    await pause(run.workMs);
    run.busy += performance.now() - at;
  }
  if (--run.left === 0) {
    run.end();
  }
}

// 100 bytes, mostly random, as the product's.
const keys = Array.from({ length: 20000 }, () => randomBytes(48).toString('base64'));
const payload = (number) => ({ id: String(number).padStart(6, '0'), key: keys[number % keys.length], retry: 1 });

async function settled() {
  await run.done;
  while (await peer.isOpen()) {
    await pause(settledPoll);
  }
}

async function throughput({ items, batchItems, submitters, workMs }) {
  await peer.clear();
  begin(items, workMs);
  const cpu = process.cpuUsage();
  const start = performance.now();
  let next = 0;
  const submit = async () => {
    while (next < items) {
      const first = next;
      next = Math.min(items, first + batchItems);
      await peer.submit(Array.from({ length: next - first }, (_, i) => payload(first + i)));
    }
  };
  await Promise.all(Array.from({ length: submitters }, submit));
  await settled();
  const seconds = (performance.now() - start) / 1000;
  const used = process.cpuUsage(cpu);
  return {
    seconds,
    cpuSeconds: (used.user + used.system) / 1e6,
    meanItemMs: run.busy / items,
    executedWrongly: run.seen.filter((times) => times !== 1).length,
    settled: await peer.countSettled(items),
  };
}

async function pickUp({ jobs }) {
  const latencies = [];
  for (let job = 0; job < jobs; job++) {
    begin(1, 0);
    const start = performance.now();
    await peer.submit([payload(0)]);
    await settled();
    latencies.push(run.started[0] - start);
  }
  return { latencies };
}

const { start } = await import(`./${settings.peer}.mjs`);
const peer = await start(settings, work);
const answer = (value) => process.stdout.write(`${JSON.stringify(value)}\n`);
answer({ ready: true });
for await (const line of createInterface({ input: process.stdin })) {
  const command = JSON.parse(line);
  try {
    answer(await (command.jobs ? pickUp(command) : throughput(command)));
  } catch (error) {
    answer({ error: String(error?.stack ?? error) });
  }
}
await peer.stop();
process.exit(0);
