import { type AppError, isObject } from '@stella-ops/engine-kernel';
import { fail, type OCI_ERRORS } from '../errors.ts';
import { type HttpResponse, shownUrl } from './exchange.ts';
import { readBody } from './read-body.ts';

const MAX_ERROR_BYTES = 64 * 1024;

/** What a registry says went wrong (OCI distribution specification 1.1, "Error Codes"). */
export interface RegistryFault {
  readonly code: string;
  readonly message: string;
}

/**
 * The error that an unwanted status means. The registry's own code and words stand in `details`; its words end on
 * terminals, so they are cut and without control characters.
 */
export async function registryError(response: HttpResponse, hint?: string): Promise<AppError> {
  const fault = await readFault(response);
  const said = fault === undefined ? '' : `: ${fault.message === '' ? fault.code : fault.message}`;
  return fail(codeOf(response.status, fault), `the registry answered ${response.status}${said}`, {
    place: { file: shownUrl(response.url) },
    details: {
      status: response.status,
      ...(fault === undefined ? {} : { registryCode: fault.code, registryMessage: fault.message }),
    },
    ...(hint === undefined ? {} : { hint }),
  });
}

function codeOf(status: number, fault: RegistryFault | undefined): keyof typeof OCI_ERRORS {
  if (status === 401 || fault?.code === 'UNAUTHORIZED') return 'REGISTRY_UNAUTHORIZED';
  if (status === 403 || fault?.code === 'DENIED') return 'REGISTRY_DENIED';
  if (status === 404) return 'REGISTRY_NOT_FOUND';
  if (status === 429 || fault?.code === 'TOOMANYREQUESTS') return 'REGISTRY_BUSY';
  if (status >= 500 && status !== 501) return 'REGISTRY_UNAVAILABLE';
  return status >= 400 ? 'REGISTRY_REFUSED' : 'REGISTRY_ANSWER_INVALID';
}

async function readFault(response: HttpResponse): Promise<RegistryFault | undefined> {
  try {
    const body: unknown = JSON.parse((await readBody(response, MAX_ERROR_BYTES)).toString('utf8'));
    const errors: unknown = isObject(body) && Object.hasOwn(body, 'errors') ? body['errors'] : undefined;
    const first: unknown = Array.isArray(errors) ? errors[0] : undefined;
    if (!isObject(first)) return undefined;
    return { code: plain(first['code'], 64), message: plain(first['message'], 300) };
  } catch {
    return undefined;
  }
}

function plain(value: unknown, max: number): string {
  return typeof value === 'string' ? value.replace(/[\x00-\x1f\x7f-\x9f]+/g, ' ').slice(0, max) : '';
}
