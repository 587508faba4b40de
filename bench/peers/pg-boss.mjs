// Batches are fetched, handled and completed together; woken by LISTEN/NOTIFY, and at once after a full batch.
import { PgBoss } from 'pg-boss';
import pg from 'pg';

const queue = 'bench';
const batchSize = 500;

export async function start({ slots, lanes }, work) {
  const pool = new pg.Pool({ max: 1 });
  // What is completed is kept: without this, every turn would be measured on a larger table. Before anything else:
  // it locks what the workers lock in another order.
  const { rows } = await pool.query("select to_regclass('pgboss.job') is not null as found");
  if (rows[0].found) {
    await pool.query('truncate pgboss.job');
  }
  const boss = new PgBoss({
    host: process.env.PGHOST,
    port: Number(process.env.PGPORT),
    user: process.env.PGUSER,
    password: process.env.PGPASSWORD,
    database: process.env.PGDATABASE,
    max: slots + 6,
    schedule: false,
    useListenNotify: true,
  });
  boss.on('error', (error) => process.stderr.write(`${error?.stack ?? error}\n`));
  await boss.start();
  await boss.createQueue(queue, { notify: true });
  const options = {
    batchSize,
    localConcurrency: slots,
    pollingIntervalSeconds: 0.5,
    notifyPollingIntervalSeconds: 0.5,
    burstWhenBatchFull: true,
  };
  await boss.work(queue, options, async (jobs) => {
    if (!lanes) {
      await Promise.all(jobs.map((job) => work(job.data)));
      return;
    }
    for (const job of jobs) {
      await work(job.data);
    }
  });
  const countCompleted = async () => {
    const { rows } = await pool.query("select count(*)::int as done from pgboss.job where state = 'completed'");
    return rows[0].done;
  };
  let before = 0;
  return {
    submit: (payloads) =>
      payloads.length === 1
        ? boss.send(queue, payloads[0])
        : boss.insert(queue, payloads.map((data) => ({ data }))),
    async isOpen() {
      const { rows } = await pool.query("select exists (select from pgboss.job where state < 'completed') as open");
      return rows[0].open;
    },
    countSettled: async () => (await countCompleted()) - before,
    async clear() {
      before = await countCompleted();
    },
    async stop() {
      await boss.stop({ graceful: false });
      await pool.end();
    },
  };
}
