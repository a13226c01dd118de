import type { Plugin } from 'vite';

const LOCALE_FILE = /[\\/]intl[\\/](?:[a-z]+[\\/])?(?!en-US)[a-z]{2}-[A-Z]{2}\.mjs$/;

/** The console speaks English: the other thirty languages of the component library would be a third of the script. */
export function onlyEnglish(): Plugin {
  return {
    name: 'stella:only-english',
    enforce: 'pre',
    load: {
      filter: { id: LOCALE_FILE },
      handler: () => ({ code: 'export default {};', moduleType: 'js' }),
    },
  };
}

/** Trusted Types refuse every text that is assigned to `innerHTML`, the empty one too. */
export function noInnerHtml(): Plugin {
  return {
    name: 'stella:no-inner-html',
    transform: {
      filter: { id: /LiveAnnouncer\.mjs$/ },
      handler: (code: string) => ({ code: code.replaceAll(".innerHTML = ''", '.replaceChildren()'), map: null }),
    },
  };
}
