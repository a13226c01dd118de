import { writeFileSync } from 'node:fs';
import type { Deployment, Target } from '@stella-ops/contracts/deployments';
import type { Promotion, Release } from '@stella-ops/contracts/releases';
import type { Person } from '../control-plane/person.ts';
import { until } from './until.ts';

/** A tenant with one person who may do everything, at the command line. Its releases climb its own environments only. */
export class Company {
  readonly admin: Person;
  #serial = 0;

  constructor(admin: Person) {
    this.admin = admin;
  }

  /** Nobody has to approve; promotions deploy by themselves. @param hosts names of agents */
  async environment(name: string, template: object, hosts: readonly string[], ...strategy: string[]): Promise<void> {
    await this.admin.json(['env', 'create', name, '--order', String(++this.#serial), '--approvals', '0']);
    await this.template(name, template, ...strategy);
    for (const host of hosts) {
      await this.admin.json(['target', 'add', `${name}-${host}`, '--env', name, '--agent', host]);
    }
  }

  async template(environment: string, template: object, ...strategy: string[]): Promise<void> {
    const file = `${environment}.yaml`;
    writeFileSync(this.admin.file(file), JSON.stringify(template));
    await this.admin.json(['env', 'template', environment, file, ...strategy]);
  }

  /** Evidence is another matter: these releases say that they have none. */
  async release(components: Readonly<Record<string, string>>): Promise<string> {
    const version = `1.0.${++this.#serial}`;
    const words = Object.entries(components).flatMap(([name, tag]) => ['--component', `${name}=${tag}`]);
    await this.admin.json<Release>(['release', 'create', 'shop', version, '--unverified', ...words]);
    return `shop@${version}`;
  }

  /** Asks for a release in an environment; it is deployed by itself. @returns its deployment, as soon as there is one */
  async begin(environment: string, release: string): Promise<Deployment> {
    // Without waiting for the gates: a quick agent may have failed by then, and some tests are about that.
    await this.admin.json<Promotion>(['promotion', 'request', release, environment, '--no-wait']);
    const { stdout } = await until(
      () => this.admin.run(['deployment', 'show', `${release}:${environment}`, '--format', 'json']),
      ({ exit }) => exit === 0,
    );
    return JSON.parse(stdout) as Deployment;
  }

  /** From request to end. */
  async deploy(environment: string, components: Readonly<Record<string, string>>): Promise<Deployment> {
    const { id } = await this.begin(environment, await this.release(components));
    return this.end(id);
  }

  show(deploymentId: string): Promise<Deployment> {
    return this.admin.json<Deployment>(['deployment', 'show', deploymentId]);
  }

  /** As people read it. */
  async text(deploymentId: string): Promise<string> {
    return (await this.admin.run(['deployment', 'show', deploymentId])).stdout;
  }

  /** Waits as people do. @returns how it ended */
  async end(deploymentId: string): Promise<Deployment> {
    const { stdout, stderr } = await this.admin.run(['deployment', 'watch', deploymentId, '--format', 'json']);
    if (stdout === '') throw new Error(`deployment ${deploymentId} cannot be watched: ${stderr}`);
    return JSON.parse(stdout) as Deployment;
  }

  /** Tries again what failed. @returns how it ended */
  async resume(deploymentId: string): Promise<Deployment> {
    await this.admin.json(['deployment', 'resume', deploymentId, '--no-wait']);
    return this.end(deploymentId);
  }

  target(name: string): Promise<Target> {
    return this.admin.json<Target>(['target', 'show', name]);
  }
}
