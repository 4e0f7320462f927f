/** The thread that runs a `Device`: requests in, replies out, one after another. */

import { parentPort, workerData } from 'node:worker_threads';
import { CapstanError } from '../base/errors.ts';
import type { Message, Reply, Request } from './runtime.ts';
import { type BackendOptions, Device } from './session.ts';

const port = parentPort!; // this file is only ever started as a worker
const device = await Device.open(workerData as BackendOptions);
port.postMessage({ backend: device.backend, fallback: device.fallback });

let last: Promise<void> = Promise.resolve();
let isClosing = false;
port.on('message', (request: Message) => {
  if (request === 'close') {
    isClosing = true;
    last = last.then(() => port.close()); // nothing else keeps the thread
    return;
  }
  last = last.then(async () => {
    if (isClosing) return;
    let reply: Reply;
    try {
      reply = { id: request.id, result: await serve(request), busy: device.busy };
    } catch (error) {
      reply = { id: request.id, error, code: error instanceof CapstanError ? error.code : 'runtime' };
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
