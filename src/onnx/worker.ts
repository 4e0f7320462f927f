/** The thread that runs a `Device`: requests in, replies out, one after another. */

import { parentPort, workerData } from 'node:worker_threads';
import { type BackendOptions, Device } from './session.ts';
import type { Reply, Request } from './runtime.ts';

const port = parentPort!; // this file is only ever started as a worker
const device = await Device.open(workerData as BackendOptions);
port.postMessage({ backend: device.backend, fallback: device.fallback });

let last: Promise<void> = Promise.resolve();
port.on('message', (request: Request) => {
  last = last.then(async () => {
    let reply: Reply;
    try {
      reply = { id: request.id, result: await serve(request), busySeconds: device.busySeconds };
    } catch (error) {
      reply = { id: request.id, error };
    }
    port.postMessage(reply);
  });
});

async function serve(request: Request): Promise<unknown> {
  switch (request.kind) {
    case 'load':
      return device.load(request.program);
    case 'unload':
      return device.unload(request.session);
    case 'put':
      return device.put(request.slot, request.tensor);
    case 'get':
      return device.get(request.slot);
    case 'run':
      return device.run(request.session, request.feeds, request.from, request.into);
  }
}
