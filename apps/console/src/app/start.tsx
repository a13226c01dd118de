import './start.css';
import { QueryClientProvider } from '@tanstack/react-query';
import { RouterProvider } from '@tanstack/react-router';
import { StrictMode } from 'react';
import { createRoot, type Root } from 'react-dom/client';
import { followEvents } from '../api/live.ts';
import { queryClient } from '../api/query-client.ts';
import { session } from '../api/session.ts';
import { CALLBACK_PATH, leaveForSignIn, returnFromSignIn } from '../api/sign-in.ts';
import { applyPreferences } from './preferences.ts';
import { router } from './router.tsx';
import { SignedOut } from './signed-out.tsx';

/** Signs in, then shows the console. Nobody sees anything of it before. */
export async function start(): Promise<void> {
  applyPreferences();
  const root = createRoot(document.getElementById('root') ?? document.body);
  try {
    await signInAndShow(root);
  } catch (error) {
    const sentence = error instanceof Error ? error.message : String(error);
    root.render(<SignedOut sentence={sentence} retry={() => void leaveForSignIn('/')} />);
  }
}

async function signInAndShow(root: Root): Promise<void> {
  const { pathname, search } = location;
  if (pathname !== CALLBACK_PATH) {
    await leaveForSignIn(pathname + search);
    return;
  }
  const signedIn = await returnFromSignIn(new URLSearchParams(search));
  if (signedIn === undefined) {
    await leaveForSignIn('/');
    return;
  }
  session.begin(signedIn.tokens);
  // The code is spent, and belongs into no history.
  history.replaceState(null, '', signedIn.path);
  followEvents(queryClient);
  root.render(
    <StrictMode>
      <QueryClientProvider client={queryClient}>
        <RouterProvider router={router} />
      </QueryClientProvider>
    </StrictMode>,
  );
}
