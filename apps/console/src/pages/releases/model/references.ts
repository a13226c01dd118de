/** `shop@1.2.0`: how the command line names the release that the API shows as `shop 1.2.0`. */
export function releaseReference(release: string): string {
  return release.replace(/ (?=[^ ]*$)/, '@');
}

/** `shop@1.2.0:stage` */
export function promotionReference(promotion: { readonly release: string; readonly environment: string }): string {
  return `${releaseReference(promotion.release)}:${promotion.environment}`;
}
