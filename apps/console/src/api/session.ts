import { fail } from '@stella-ops/contracts';
import { nowMs } from './ambient.ts';
import { Observable } from './observable.ts';
import { leaveForSignIn, leaveForSignOut, renewTokens, SignInError, type Tokens } from './sign-in.ts';

/** `ended`: what is on the screen stays, and a dialog offers to sign in again. */
export type SessionState = 'signed-in' | 'ended';

const RENEW_BEFORE_MS = 30_000;

class Session {
  readonly state = new Observable<SessionState>('signed-in');
  #tokens: Tokens | undefined;
  #renewal: Promise<Tokens> | undefined;

  begin(tokens: Tokens): void {
    this.#tokens = tokens;
    this.state.set('signed-in');
  }

  /**
   * A token for the next request, renewed when it is about to expire. Requests that come together wait for one renewal:
   * a refresh token that is used twice ends the login.
   *
   * @param refused a token that the server has just refused
   * @throws AppError `AUTH_REQUIRED` when the login is over, `SERVER_UNREACHABLE`
   */
  async accessToken(refused?: string): Promise<string> {
    const tokens = this.#tokens;
    if (tokens === undefined) throw fail('AUTH_REQUIRED', 'nobody is signed in');
    if (tokens.accessToken !== refused && nowMs() < tokens.expiresAtMs - RENEW_BEFORE_MS) return tokens.accessToken;
    this.#renewal ??= this.#renew(tokens).finally(() => (this.#renewal = undefined));
    return (await this.#renewal).accessToken;
  }

  signInAgain(): Promise<void> {
    return leaveForSignIn(location.pathname + location.search);
  }

  async signOut(): Promise<void> {
    const tokens = this.#tokens;
    this.#tokens = undefined;
    if (tokens !== undefined) await leaveForSignOut(tokens);
  }

  async #renew(tokens: Tokens): Promise<Tokens> {
    try {
      this.#tokens = await renewTokens(tokens.refreshToken);
      return this.#tokens;
    } catch (cause) {
      if (!(cause instanceof SignInError) || !cause.isFinal) {
        throw fail('SERVER_UNREACHABLE', 'the login could not be renewed', { cause });
      }
      this.#tokens = undefined;
      this.state.set('ended');
      throw fail('AUTH_REQUIRED', 'the session has ended', { cause });
    }
  }
}

export const session = new Session();
