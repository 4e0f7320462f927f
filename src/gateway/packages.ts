/** The packages through which language models are reached. They are no dependencies of Capstan's: who asks no language
 *  model needs none, and who does installs them. So they are loaded when used. */

import { CapstanError } from '../base/errors.ts';

interface Packages {
  readonly ai: typeof import('ai');
  readonly '@ai-sdk/openai-compatible': typeof import('@ai-sdk/openai-compatible');
  readonly '@ai-sdk/openai': typeof import('@ai-sdk/openai');
  readonly '@ai-sdk/anthropic': typeof import('@ai-sdk/anthropic');
}

export type PackageName = keyof Packages;
type Loaders = { readonly [N in PackageName]: () => Promise<Packages[N]> };

const LOADERS: Loaders = {
  ai: () => import('ai'),
  '@ai-sdk/openai-compatible': () => import('@ai-sdk/openai-compatible'),
  '@ai-sdk/openai': () => import('@ai-sdk/openai'),
  '@ai-sdk/anthropic': () => import('@ai-sdk/anthropic'),
};

/** As in `peerDependencies` of package.json. */
const VERSIONS: { readonly [name in PackageName]: number } = {
  ai: 6,
  '@ai-sdk/openai-compatible': 2,
  '@ai-sdk/openai': 3,
  '@ai-sdk/anthropic': 3,
};

/** Throws with what to type if the package is not there. */
export async function load<N extends PackageName>(name: N, loaders: Loaders = LOADERS): Promise<Packages[N]> {
  try {
    return await loaders[name]();
  } catch (error) {
    const names: readonly PackageName[] = name === 'ai' ? ['ai'] : ['ai', name];
    const install = names.map((each) => `${each}@${VERSIONS[each]}`).join(' ');
    throw new CapstanError(
      'not-found',
      `package ${name}: expected it beside Capstan, to ask language models, got none; npm install ${install}`,
      { cause: error },
    );
  }
}
