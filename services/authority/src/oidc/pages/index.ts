export { consentPage } from './consent-page.ts';
export { confirmDevicePage, devicePage, finishedPage } from './device-pages.ts';
export { loginPage } from './login-page.ts';
export { errorPage, logoutPage, signedOutPage } from './other-pages.ts';
