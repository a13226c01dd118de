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

/**
 * The validator compiles its checks with `new Function`, which the policy forbids. It must know before the first schema
 * is made, and the order of parts is the bundler's: so its default is another here.
 */
export function noCompiledChecks(): Plugin {
  return {
    name: 'stella:no-compiled-checks',
    transform: {
      filter: { id: /[\\/]zod[\\/]v4[\\/]core[\\/]core\.js$/ },
      handler: (code: string) => ({
        code: code.replace('__zod_globalConfig = {}', '__zod_globalConfig = { jitless: true }'),
        map: null,
      }),
    },
  };
}

const LAYERS = '@layer reset, tokens, base, components, layout, pages;\n';

/** Style sheets come in parts, in an order that is the bundler's: each says the order of the layers first. */
export function layersInOrder(): Plugin {
  return {
    name: 'stella:layers-in-order',
    enforce: 'pre',
    transform: {
      filter: { id: /\.css$/ },
      handler: (code: string) => ({ code: LAYERS + code, map: null }),
    },
  };
}
