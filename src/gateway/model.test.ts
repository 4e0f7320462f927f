import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { chatModelFrom, parseModel } from './model.ts';
import { load } from './packages.ts';

describe('the name of a model', () => {
  test.each([
    ['ollama:llama3.2', 'http://127.0.0.1:11434/v1', 'llama3.2', undefined],
    ['ollama:qwen3:8b', 'http://127.0.0.1:11434/v1', 'qwen3:8b', undefined],
    ['openai:gpt-5-mini', 'https://api.openai.com/v1', 'gpt-5-mini', 'OPENAI_API_KEY'],
    ['anthropic:claude-haiku-4-5', 'https://api.anthropic.com/v1', 'claude-haiku-4-5', 'ANTHROPIC_API_KEY'],
    ['http://host:8000/v1#m', 'http://host:8000/v1', 'm', undefined],
    ['https://host/api/v1/?key=THEIR_KEY#org/m', 'https://host/api/v1', 'org/m', 'THEIR_KEY'],
  ])('%s says where it is asked, and with which key', (text, baseUrl, id, keyVariable) => {
    expect(parseModel(text)).toMatchObject({ baseUrl, id, keyVariable });
  });

  test.each([
    'gpt-5',
    'openai:',
    'mistral:m',
    'constructor:m',
    '',
    'http://host/v1',
    'http://host/v1?x=1#m',
    'http://',
  ])('«%s» is refused with what was expected', (text) => {
    expect(() => parseModel(text)).toThrow(
      expect.objectContaining({ code: 'usage', message: expect.stringMatching(/^model: expected .*, got/) }),
    );
  });

  test('with a key in the wrong place is refused without showing it', () => {
    fc.assert(
      fc.property(fc.stringMatching(/^sk-[a-z0-9]{16,30}$/), (key) => {
        for (const text of [
          `http://host/v1?key=${key}#m`,
          `http://me:${key}@host/v1#m`,
          `http://${key}@host/v1#m`,
        ]) {
          const error = thrownBy(() => parseModel(text));
          expect(error.message).toMatch(/expected/);
          expect(error.message).not.toContain(key);
        }
      }),
    );
  });

  test('needs its key in the environment, and shows nothing of what is there', async () => {
    for (const key of [undefined, '', ' ', 'sk-with\nnewline', 'sk-wïth-umlaut'])
      await expect(
        chatModelFrom('openai:gpt-5', { environment: { OPENAI_API_KEY: key }, isTried: false }),
      ).rejects.toMatchObject({
        code: 'usage',
        message: expect.stringMatching(
          /^openai:gpt-5: expected a key in the environment variable OPENAI_API_KEY, got (nothing|characters that no key has)$/,
        ),
      });
  });
});

describe('a package that is not there', () => {
  test('is said to be missing, with what to type', async () => {
    const missing = async () => {
      throw Object.assign(new Error('Cannot find package'), { code: 'ERR_MODULE_NOT_FOUND' });
    };
    const loaders = {
      ai: missing,
      '@ai-sdk/openai-compatible': missing,
      '@ai-sdk/openai': missing,
      '@ai-sdk/anthropic': missing,
    };
    await expect(load('ai', loaders)).rejects.toMatchObject({
      code: 'not-found',
      message: expect.stringMatching(/npm install ai@6$/),
    });
    await expect(load('@ai-sdk/anthropic', loaders)).rejects.toThrow('npm install ai@6 @ai-sdk/anthropic@3');
  });
});

function thrownBy(act: () => unknown): Error {
  try {
    act();
  } catch (error) {
    return error as Error;
  }
  throw new Error('expected an error');
}
