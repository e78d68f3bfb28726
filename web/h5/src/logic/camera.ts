import { onScopeDispose, ref, type Ref } from 'vue'
import { hasCamera, readQR, readyScanner } from './scan'

export type CameraState = 'off' | 'starting' | 'live' | 'none' | 'denied'

const pause = 150 // ms between frames: quick to a person, kind to a battery
const widest = 720 // px; larger frames cost time and find no more

/** A camera that looks for a QR code until it finds one or is turned off. */
export function useCamera(video: Readonly<Ref<HTMLVideoElement | null>>, found: (text: string) => void) {
  const state = ref<CameraState>('off')
  let stream: MediaStream | undefined
  let timer: ReturnType<typeof setTimeout> | undefined

  async function start(): Promise<void> {
    if (!hasCamera()) return void (state.value = 'none')
    state.value = 'starting'
    try {
      void readyScanner()
      stream = await navigator.mediaDevices.getUserMedia({ video: { facingMode: 'environment' } })
    } catch (err) {
      state.value = err instanceof DOMException && err.name === 'NotAllowedError' ? 'denied' : 'none'
      return
    }
    if (state.value !== 'starting' || !video.value) return stop()
    video.value.srcObject = stream
    await video.value.play().catch(() => undefined)
    state.value = 'live'
    timer = setTimeout(look, pause)
  }

  async function look(): Promise<void> {
    const text = video.value && (await readFrame(video.value).catch(() => undefined))
    if (state.value !== 'live') return
    if (!text) return void (timer = setTimeout(look, pause))
    stop()
    found(text)
  }

  function stop(): void {
    clearTimeout(timer)
    stream?.getTracks().forEach((t) => t.stop())
    stream = undefined
    state.value = 'off'
  }

  onScopeDispose(stop)
  return { state, start, stop }
}

async function readFrame(video: HTMLVideoElement): Promise<string | undefined> {
  const scale = Math.min(1, widest / (video.videoWidth || widest))
  const canvas = document.createElement('canvas')
  canvas.width = Math.round(video.videoWidth * scale)
  canvas.height = Math.round(video.videoHeight * scale)
  const pen = canvas.getContext('2d', { willReadFrequently: true })
  if (!pen || canvas.width === 0) return undefined
  pen.drawImage(video, 0, 0, canvas.width, canvas.height)
  return readQR(pen.getImageData(0, 0, canvas.width, canvas.height))
}
