// Settings: the package's defaults, or those under 'Performance' in its documentation (preset 'fast').
import { Logger, makeWorkerUtils, run } from 'graphile-worker';
import pg from 'pg';

const batching = { localQueue: { size: 500 }, completeJobBatchDelay: 0, failJobBatchDelay: 0 };

export async function start({ fast, slots }, work) {
  const pgPool = new pg.Pool({ max: slots + 6 });
  const logger = new Logger(() => (level, message) => {
    if (level === 'error') {
      process.stderr.write(`${message}\n`);
    }
  });
  const preset = {
    worker: {
      pgPool,
      logger,
      concurrentJobs: slots,
      maxPoolSize: slots + 1,
      ...(fast ? batching : {}),
    },
  };
  const utils = await makeWorkerUtils({ preset });
  await utils.migrate();
  const runner = await run({ preset, noHandleSignals: true, taskList: { bench: work } });
  return {
    submit: (payloads) =>
      payloads.length === 1
        ? utils.addJob('bench', payloads[0])
        : utils.addJobs(payloads.map((p) => ({ identifier: 'bench', payload: p }))),
    async isOpen() {
      const { rows } = await pgPool.query('select exists (select from graphile_worker._private_jobs) as open');
      return rows[0].open;
    },
    // A job that is done is deleted.
    async countSettled(items) {
      const { rows } = await pgPool.query('select count(*)::int as left from graphile_worker._private_jobs');
      return items - rows[0].left;
    },
    async clear() {},
    async stop() {
      await runner.stop();
      await utils.release();
      await pgPool.end();
    },
  };
}
