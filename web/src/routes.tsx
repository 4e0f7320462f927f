/** Every page and its address. Each is a file of its own that is fetched when it is opened. */

import { createRootRoute, createRoute, createRouter, lazyRouteComponent } from '@tanstack/react-router';
import { Shell } from './shell.tsx';

const root = createRootRoute({ component: Shell });

/** What an address says about what is looked at: filters, a position in time, the other side of a comparison. */
export interface Search {
  readonly [name: string]: string | number | undefined;
}

const validateSearch = (search: Record<string, unknown>): Search =>
  Object.fromEntries(
    Object.entries(search).filter(([, value]) => typeof value === 'string' || typeof value === 'number'),
  ) as Search;

const page = <const Path extends string>(
  path: Path,
  load: () => Promise<{ readonly Page: React.ComponentType }>,
) =>
  createRoute({
    getParentRoute: () => root,
    path,
    validateSearch,
    component: lazyRouteComponent(load, 'Page'),
  });

/** One page for the tree and for a node in it, which stays what it is from node to node. */
const tree = page('/trees/$run', () => import('./pages/tree.tsx'));

export const router = createRouter({
  routeTree: root.addChildren([
    page('/', () => import('./pages/home.tsx')),
    page('/turn', () => import('./pages/turn.tsx')),
    page('/runs', () => import('./pages/runs.tsx')),
    page('/runs/$run', () => import('./pages/run.tsx')),
    page('/compare', () => import('./pages/compare.tsx')),
    tree.addChildren([createRoute({ getParentRoute: () => tree, path: '$node', validateSearch })]),
    page('/models', () => import('./pages/models.tsx')),
    page('/models/$hash', () => import('./pages/models.tsx')),
    page('/controls', () => import('./pages/controls.tsx')),
    page('/ledger', () => import('./pages/ledger.tsx')),
    page('/ledger/$entry', () => import('./pages/ledger.tsx')),
  ]),
  defaultPreload: 'intent',
});

declare module '@tanstack/react-router' {
  interface Register {
    router: typeof router;
  }
}
