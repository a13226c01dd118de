/** What agents say is said on the port with mutual TLS, and nowhere else. */
export function isAgentPath(path: string): boolean {
  return path.startsWith('/agent/');
}

export function isHealthPath(path: string): boolean {
  return path.startsWith('/health/');
}
