import type { Plan, Rendered } from '@stella-ops/engine-compose';
import { digestOf } from '@stella-ops/engine-kernel';
import {
  makeAuthority,
  problem,
  type ScriptedAnswer,
  type ScriptedRequest,
  type ScriptedServer,
  startScriptedServer,
  type TestAuthority,
} from '../../../apps/agent/src/testing/scripted-server.ts';
import type { Task as TaskForAgent } from '../../../apps/agent/src/tasks/task.ts';

const LEASE_MS = 30_000;
const AGENT_ID = '0193b6a0-0000-7000-8000-000000000001';
const TARGET = { id: '0193b6a0-0000-7000-8000-0000000000aa', name: 'host-1', kind: 'docker' as const };

interface Task {
  readonly id: string;
  readonly plan: Rendered<Plan>;
  fencingToken: number;
  leasedUntilMs: number;
  finish: Readonly<Record<string, unknown>> | undefined;
}

/** As much of a control plane as an agent sees, with leases and fencing tokens, and nothing behind it. */
export class ScriptedPlane {
  readonly #authority: TestAuthority;
  readonly #tasks: Task[] = [];
  #server: ScriptedServer | undefined;

  private constructor(authority: TestAuthority) {
    this.#authority = authority;
  }

  static async start(): Promise<ScriptedPlane> {
    const authority = await makeAuthority('scripted plane');
    const plane = new ScriptedPlane(authority);
    plane.#server = await startScriptedServer(authority, (request) => plane.#answer(request));
    return plane;
  }

  get enrolment() {
    const address = this.#server?.url ?? '';
    return { address, token: 'good', authorityFingerprint: this.#authority.fingerprint };
  }

  /** A task for the agent, whose id is that of the plan's deployment. */
  add(plan: Rendered<Plan>): void {
    this.#tasks.push({ id: plan.plan.deploymentId, plan, fencingToken: 0, leasedUntilMs: 0, finish: undefined });
  }

  /** What the agent told at the end of a task. */
  endOf(id: string): Readonly<Record<string, unknown>> | undefined {
    return this.#tasks.find((task) => task.id === id)?.finish;
  }

  async close(): Promise<void> {
    await this.#server?.close();
  }

  async #answer(request: ScriptedRequest): Promise<ScriptedAnswer> {
    const { path, body, serial } = request;
    const asked = body as Readonly<Record<string, unknown>>;
    if (path === '/agent/v1/enrol') {
      const certificate = await this.#authority.sign(String(asked['csr']), '11', 86_400_000);
      const { pem } = this.#authority;
      return { status: 201, body: { agentId: AGENT_ID, name: 'host-1', certificate, authority: pem } };
    }
    if (serial === undefined) return problem(401, 'AUTH_INVALID');
    if (path === '/agent/v1/observations') return { status: 200, body: { drift: 0 } };
    if (path === '/agent/v1/tasks/take')
      return { status: 200, body: { task: await this.#take(() => request.isGone()), targets: [TARGET] } };
    const task = this.#tasks.find(({ id }) => path.includes(id));
    if (task === undefined || task.fencingToken !== asked['fencingToken']) return problem(409, 'LEASE_LOST');
    if (path.endsWith('/finish')) {
      task.finish = asked;
      return { status: 200, body: { receiptDigest: digestOf('receipt') } };
    }
    task.leasedUntilMs = performance.now() + LEASE_MS;
    return { status: 200, body: { leaseMs: LEASE_MS, isCancelled: false } };
  }

  /** Soon, or with nothing after a second. Who has hung up gets no lease. */
  async #take(isGone: () => boolean): Promise<TaskForAgent | null> {
    for (const endsAtMs = performance.now() + 1_000; performance.now() < endsAtMs && !isGone();) {
      const task = this.#tasks.find((one) => one.finish === undefined && one.leasedUntilMs < performance.now());
      if (task !== undefined) return this.#lease(task);
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    return null;
  }

  #lease(task: Task): TaskForAgent {
    task.fencingToken++;
    task.leasedUntilMs = performance.now() + LEASE_MS;
    const { id, fencingToken, plan } = task;
    return {
      id,
      kind: 'deploy',
      target: TARGET,
      deploymentId: id,
      fencingToken,
      attempt: 1,
      leaseMs: LEASE_MS,
      plan: JSON.parse(JSON.stringify(plan.plan)) as TaskForAgent['plan'],
      planDigest: plan.digest,
    };
  }
}
