import * as z from 'zod';

/** UUIDv7, lower case: ids sort by the time they were made. */
export const Id = z
  .string()
  .regex(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/)
  .meta({ id: 'Id', description: 'UUIDv7 in lower case' });

/** RFC 3339, UTC, milliseconds: orders as text. */
export const Timestamp = z
  .string()
  .regex(/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{3}Z$/)
  .meta({ id: 'Timestamp', description: 'RFC 3339 in UTC with milliseconds' });

export const Digest = z
  .string()
  .regex(/^sha256:[0-9a-f]{64}$/)
  .meta({ id: 'Digest', description: 'sha256:<64 lower-case hex digits>' });

/** A name that people type and URLs carry. */
export const Slug = z
  .string()
  .regex(/^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/)
  .meta({ id: 'Slug', description: '1 to 63 lower-case letters, digits and inner hyphens' });

/** Any JSON value; what came through a JSON parser is one. */
export const JsonValue = z.unknown().meta({ id: 'JsonValue' });
