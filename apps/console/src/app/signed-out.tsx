import { Button } from '../ui/button.tsx';

/** Signing in did not succeed: says why. */
export function SignedOut({ sentence, retry }: { readonly sentence: string; readonly retry: () => void }) {
  return (
    <main className="signed-out">
      <h1>You are not signed in</h1>
      <p className="quiet">{sentence}</p>
      <Button kind="primary" onPress={retry}>
        Sign in
      </Button>
    </main>
  );
}
