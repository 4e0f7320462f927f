/** DSSE envelopes (github.com/secure-systems-lab/dsse, protocol 1.0.0): bytes of a type, signed together with it.
 *      PAE(type, body) = "DSSEv1" ␣ |type| ␣ type ␣ |body| ␣ body
 *  A note signed by the same key is never taken for one: its first line is the name of a key, which has no spaces. */

import { CapstanError } from '../base/errors.ts';
import { base64Of, corrupt, quoted } from './_strict.ts';
import { isSignature, type SignerKey, signMessage, type VerifierKey } from './key.ts';

export interface Envelope {
  readonly payloadType: string;
  /** Base64. */
  readonly payload: string;
  readonly signatures: readonly { readonly keyid: string; readonly sig: string }[];
}

/** The bytes that are signed. */
export function preAuthenticationEncoding(type: string, body: Uint8Array): Buffer {
  const name = Buffer.from(type);
  const head = `DSSEv1 ${name.length} ${type} ${body.length} `;
  return Buffer.concat([Buffer.from(head), body]);
}

export function sealEnvelope(type: string, body: Uint8Array, key: SignerKey): Envelope {
  const sig = signMessage(key, preAuthenticationEncoding(type, body)).toString('base64');
  return {
    payloadType: type,
    payload: Buffer.from(body).toString('base64'),
    signatures: [{ keyid: keyIdOf(key), sig }],
  };
}

/** The body, once this key is known to have signed it as that type. Signatures of others are ignored. */
export function openEnvelope(value: unknown, type: string, key: VerifierKey): Buffer {
  const { payloadType, payload, signatures }: Partial<Envelope> = Object(value);
  if (payloadType !== type) throw corrupt('an envelope', `the type ${type}`, quoted(String(payloadType)));
  if (typeof payload !== 'string' || !Array.isArray(signatures))
    throw corrupt('an envelope', 'a payload and signatures', 'other members');
  const body = base64Of('the payload of an envelope', payload);
  const message = preAuthenticationEncoding(type, body);
  const holds = signatures.some((one: unknown) => {
    const { sig }: { readonly sig?: unknown } = Object(one);
    return typeof sig === 'string' && isSignature(key, message, Buffer.from(sig, 'base64'));
  });
  if (holds) return body;
  throw new CapstanError('corrupt', `an envelope: expected a signature by ${key.name}, got none that holds`);
}

/** A hint for who has several keys; it is not authenticated. */
function keyIdOf({ name, id }: VerifierKey): string {
  return `${name}+${id}`;
}
