import { useParams } from '@tanstack/react-router';

/** A part of the page's own address: `usePageParam('promotionId')` in `/promotions/$promotionId`. */
export function usePageParam(name: string): string {
  const params: Readonly<Record<string, string>> = useParams({ strict: false });
  return (Object.hasOwn(params, name) ? params[name] : undefined) ?? '';
}
