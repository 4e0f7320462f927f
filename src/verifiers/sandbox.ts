/** The thread in which one program runs, in QuickJS compiled to WebAssembly: an interpreter that has the language and nothing
 *  else. Of the world it has `input`, a text, and `print` (`console.log` is the same), which says a line. */

import { parentPort, workerData } from 'node:worker_threads';
import { newQuickJSWASMModule, type QuickJSWASMModule } from 'quickjs-emscripten';
import type { Ran } from './unit-test.ts';

export interface Order {
  readonly program: string;
  readonly input: string;
  /** That the program may hold. */
  readonly memoryBytes: number;
  /** Characters that it may say. */
  readonly outputMax: number;
}

/** Beyond it a call fails inside the interpreter, long before the thread's own stack ends. */
const STACK_BYTES = 2 ** 18;

/** Characters of a reason. */
const REASON_MAX = 200;

/** What the program has; `say` is seen by nobody else. */
const PRELUDE = `(say) => {
  const [text, print] = [String, (...values) => say(values.map((value) => text(value)).join(' '))];
  globalThis.print = print;
  globalThis.console = { log: print };
}`;

const port = parentPort!; // this file is only ever started as a worker
const interpreter = await newQuickJSWASMModule(); // whose memory is this program's alone
port.postMessage('ready');
port.postMessage(ran(interpreter, workerData as Order));

function ran(quickjs: QuickJSWASMModule, { program, input, memoryBytes, outputMax }: Order): Ran {
  const runtime = quickjs.newRuntime();
  const vm = runtime.newContext();
  const lines: string[] = [];
  let length = 0;
  const say = vm.newFunction('say', (handle) => {
    const line = vm.getString(handle);
    length += line.length + 1;
    if (length <= outputMax) lines.push(line);
  });
  vm.callFunction(vm.unwrapResult(vm.evalCode(PRELUDE)), vm.undefined, say);
  vm.setProp(vm.global, 'input', vm.newString(input));
  runtime.setMemoryLimit(memoryBytes);
  runtime.setMaxStackSize(STACK_BYTES);
  const error =
    vm.evalCode(program, 'program.js', { type: 'global' }).error ?? runtime.executePendingJobs().error;
  if (error) return { kind: 'failed', reason: `it stopped with ${nameOf(vm.dump(error))}` };
  if (length > outputMax) return { kind: 'failed', reason: `it said more than ${outputMax} characters` };
  return { kind: 'output', text: lines.join('\n') };
}

/** Of what a program threw: anything at all. */
function nameOf(thrown: unknown): string {
  if (thrown === null) return 'null, as where there is no memory left to say so';
  const { name, message } = Object(thrown) as { readonly name?: unknown; readonly message?: unknown };
  const text =
    typeof name === 'string' && typeof message === 'string' ? `${name}: ${message}` : JSON.stringify(thrown);
  return (text ?? 'nothing').slice(0, REASON_MAX).toWellFormed();
}
