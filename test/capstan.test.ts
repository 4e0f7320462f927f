/** The front door: what a program gets that imports the package by its name. */

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import * as sources from '../src/capstan.ts';
import { BUILT, REPOSITORY, start } from './command.ts';

/** Runs a program inside the package, where its name means itself. */
const runs = (code: string) =>
  start(process.execPath, ['--input-type=module', '-e', code], { folder: BUILT }).ended;

test('the package has these values; one more or one less is a decision to be taken here', async () => {
  const { status, stdout, stderr } = await runs(
    `console.log(JSON.stringify(Object.keys(await import('capstan')).sort()))`,
  );
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  const names = JSON.parse(stdout);
  expect(names).toEqual([
    'AUDIT_GATE',
    'Budget',
    'CapstanError',
    'PRICES',
    'ProviderFault',
    'Random',
    'Runtime',
    'Student',
    'TreeWriter',
    'Trees',
    'adaptive',
    'agree',
    'agreement',
    'allocate',
    'alone',
    'amplify',
    'ask',
    'auditGate',
    'auditInRounds',
    'calculations',
    'calculator',
    'calibrate',
    'calibrated',
    'calibratedAssistant',
    'chatModelFrom',
    'choice',
    'combine',
    'combining',
    'conclusion',
    'confident',
    'configure',
    'consult',
    'corrected',
    'coverage',
    'critic',
    'directly',
    'drawFixed',
    'each',
    'errorRate',
    'escalate',
    'escalating',
    'escalation',
    'estimate',
    'findSlices',
    'fitConfidence',
    'fitsSchema',
    'gateway',
    'hch',
    'importGsm8k',
    'importStrategyqa',
    'iterate',
    'known',
    'languageModelAssistant',
    'languageModelOverseer',
    'levelThresholds',
    'memo',
    'nobody',
    'overseerCheck',
    'permutationPowering',
    'policyVersion',
    'propagating',
    'proportion',
    'questionKey',
    'questionOf',
    'quickjs',
    'readTasks',
    'readTree',
    'readWholeTree',
    'recordedAssistant',
    'recordedOverseer',
    'reply',
    'riskThreshold',
    'scope',
    'scripted',
    'tellSpans',
    'unfold',
    'unitTest',
    'unknown',
    'verified',
    'vote',
    'voting',
    'weightedVote',
    'withEnvironment',
    'writeTasks',
    'yesOrNo',
  ]);
  expect(Object.keys(sources).sort()).toEqual(names);
});

test('what it gives works: H over itself answers what H alone cannot', async () => {
  const { status, stdout, stderr } = await runs(`
    import { amplify, hch, nobody, permutationPowering, scope, withEnvironment } from 'capstan';
    const { overseer, environment, parse } = permutationPowering({ elements: 8, powers: 16 });
    const questions = [parse('s^13(2) [1 2 3 4 5 6 7 0]')];
    const alone = amplify(overseer, withEnvironment(environment, nobody));
    for (const assistant of [alone, hch(overseer, environment, 2)])
      console.log(JSON.stringify(await assistant.answer(questions, scope())));
  `);
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  expect(
    stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line)),
  ).toEqual([[{ kind: 'unknown', reason: 'nobody' }], [{ kind: 'known', value: 7, confidence: 1 }]]);
});

test('nothing but the front door can be imported: what is inside may change', async () => {
  for (const inside of [
    'capstan/dist/evaluate/oracle.js',
    'capstan/dist/capstan.js',
    'capstan/package.json',
  ]) {
    const { status, stderr } = await runs(`await import('${inside}')`);
    expect({ inside, status }).toEqual({ inside, status: 1 });
    expect(stderr).toContain('ERR_PACKAGE_PATH_NOT_EXPORTED');
  }
});

test('the KPIs have a door of their own', async () => {
  const { status, stdout, stderr } = await runs(`
    import { faultsIn, fidelity } from 'capstan/kpis';
    const items = [0, 1, 2, 3].map((cluster) => ({ cluster, level: 1, assistant: 'a', overseer: cluster === 0 ? 'b' : 'a' }));
    console.log(fidelity(items).agreement.value, faultsIn({}).length > 0);
  `);
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  expect(stdout.trim()).toBe('0.75 true');
});

test('no examiner goes through it: ground truth is not for those who build on it', () => {
  const text = readFileSync(join(REPOSITORY, 'src/capstan.ts'), 'utf8');
  expect(text).not.toMatch(/examiner|evaluate|oracle/i);
});
