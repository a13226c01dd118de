export { LOCAL_AGENT, startDemoAgent } from './demo-agent.ts';
export { fillShop, seedDemo, type ShopPeople } from './seed-demo.ts';
export { type Person, signIn } from './sign-in.ts';
