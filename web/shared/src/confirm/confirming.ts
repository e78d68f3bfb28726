import { shallowRef, type InjectionKey } from 'vue'
import type { Client } from '../client'
import type { Problem } from '../problem'
import type { components } from '../openapi'

type Schemas = components['schemas']

export type Factor = Schemas['Factor']
export type Factors = Schemas['FactorsOutputBody']
export type NewCode = Schemas['NewCodeOutputBody']
type Options = Schemas['PasskeyOptionsOutputBody']

/** The code of a refusal that asks for a strong confirmation. */
export const confirmCode = 'authn.confirm'

/** Asks whoever sits at the screen to confirm that it is them; several requests at once are one question. */
export class Confirming {
  /** What is asked; undefined: nothing. */
  readonly asked = shallowRef<{ problem: Problem; answer: (confirmed: boolean) => void }>()
  private waiting?: Promise<boolean>

  ask = (problem: Problem): Promise<boolean> => {
    this.waiting ??= new Promise<boolean>((resolve) => {
      this.asked.value = {
        problem,
        answer: (confirmed) => {
          this.asked.value = undefined
          this.waiting = undefined
          resolve(confirmed)
        },
      }
    })
    return this.waiting
  }
}

const factors = '/api/v1/me/factors'
const confirmAt = '/api/v1/session/confirm'

/** What an account confirms itself with, and confirming. */
export function confirmApi(c: Client) {
  return {
    factors: () => c.get<Factors>(factors),
    removeFactor: (id: string) => c.delete(`${factors}/${encodeURIComponent(id)}`),
    renameFactor: (id: string, name: string) => c.put(`${factors}/${encodeURIComponent(id)}`, { name }),
    enrolCode: (password: string, name: string) => c.post<NewCode>(`${factors}/totp`, { password, name }),
    finishCode: (code: string) => c.post<Factor>(`${factors}/totp/finish`, { code }),
    enrolPasskey: async (password: string, name: string) => {
      const { options } = await c.post<Options>(`${factors}/passkey`, { password, name })
      const publicKey = PublicKeyCredential.parseCreationOptionsFromJSON(options as unknown as PublicKeyCredentialCreationOptionsJSON)
      return c.post<Factor>(`${factors}/passkey/finish`, { answer: answerOf(await navigator.credentials.create({ publicKey })) })
    },
    confirmByCode: (code: string) => c.post(confirmAt, { code }),
    confirmByPasskey: async () => {
      const { options } = await c.post<Options>(`${confirmAt}/passkey`)
      const publicKey = PublicKeyCredential.parseRequestOptionsFromJSON(options as unknown as PublicKeyCredentialRequestOptionsJSON)
      await c.post(`${confirmAt}/passkey/finish`, { answer: answerOf(await navigator.credentials.get({ publicKey })) })
    },
    confirmByFace: async (picture: File) => {
      const shown = await smallPicture(picture)
      await c.post(`${confirmAt}/face`)
      await c.post(`${confirmAt}/face/finish`, { picture: shown })
    },
  }
}

export type ConfirmApi = ReturnType<typeof confirmApi>

function answerOf(made: Credential | null): unknown {
  if (!(made instanceof PublicKeyCredential)) throw new DOMException('no credential', 'NotAllowedError')
  return made.toJSON()
}

const pictureSide = 640

/** A picture as it is sent: small, and without what a camera writes beside it, such as the place. */
async function smallPicture(file: File): Promise<string> {
  const image = await createImageBitmap(file)
  const scale = Math.min(1, pictureSide / Math.max(image.width, image.height))
  const canvas = document.createElement('canvas')
  canvas.width = Math.round(image.width * scale)
  canvas.height = Math.round(image.height * scale)
  canvas.getContext('2d')?.drawImage(image, 0, 0, canvas.width, canvas.height)
  image.close()
  return canvas.toDataURL('image/jpeg', 0.85).replace(/^.*,/, '')
}

/** Whether passkeys work in this browser at this address. */
export function passkeysHere(origin: string | undefined): boolean {
  return origin === window.location.origin && typeof window.PublicKeyCredential?.parseRequestOptionsFromJSON === 'function'
}

/** The browser's own refusal, or the owner's who closed its window. */
export const cancelled = (err: unknown): err is DOMException => err instanceof DOMException

export const confirmKey: InjectionKey<{ api: ConfirmApi; confirming: Confirming }> = Symbol('confirm')
