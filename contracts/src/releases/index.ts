export { Component } from './components.ts';
export { Environment, Freeze } from './environments.ts';
export { RELEASES_ERRORS } from './errors.ts';
export { RELEASES_EVENTS } from './events.ts';
export { Approval, Gate, VoidCode } from './gates.ts';
export { Promotion, PromotionState } from './promotions.ts';
export { Release, ReleaseComponent } from './releases.ts';
export { RELEASES_ROUTES } from './routes.ts';
