export const DECISION_ARGUMENT = {
  name: 'decision',
  summary: 'id of the decision, sha256:… ("stella decision list")',
  arity: 'one',
} as const;
