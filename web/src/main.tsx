/** The workbench in a browser. */

import { QueryCache, QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { RouterProvider } from '@tanstack/react-router';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { isPassing, isSignedOut } from './api.ts';
import { router } from './routes.tsx';
import { applyScheme } from './scheme.tsx';
import { SESSION, takeKey } from './session.ts';
import './theme.css';

takeKey();
applyScheme();

// The server is on this machine, whatever the browser thinks of the network.
const networkMode = 'always';

const queries: QueryClient = new QueryClient({
  defaultOptions: {
    queries: {
      staleTime: 1000,
      networkMode,
      retry: (failures, error) => failures < 1 && isPassing(error) && !isSignedOut(error),
    },
    mutations: { networkMode },
  },
  queryCache: new QueryCache({
    onError: (error, { queryKey }) => {
      // The session has ended, perhaps with the server that knew it.
      if (queryKey[0] !== SESSION[0] && isSignedOut(error))
        void queries.invalidateQueries({ queryKey: SESSION });
    },
  }),
});

// The same address once more, in a page that is open.
addEventListener('hashchange', () => {
  if (takeKey()) void queries.invalidateQueries({ queryKey: SESSION });
});

createRoot(document.getElementById('root')!).render(
  <StrictMode>
    <QueryClientProvider client={queries}>
      <RouterProvider router={router} />
    </QueryClientProvider>
  </StrictMode>,
);
