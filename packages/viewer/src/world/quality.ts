/** How much the picture may cost: `full` with a graphics card, `lean` where a processor draws it. */
export type Quality = 'full' | 'lean';

/** Chooses the quality: what the address asks for (`?quality=full`), else by who draws. */
export function chooseQuality(search: string, rendererName: string): Quality {
  const asked = new URLSearchParams(search).get('quality');
  if (asked === 'full' || asked === 'lean') return asked;
  return isProcessor(rendererName) ? 'lean' : 'full';
}

/** Tells from a renderer's name whether a processor draws instead of a graphics card. */
export function isProcessor(rendererName: string): boolean {
  return /swiftshader|llvmpipe|software|basic render/i.test(rendererName);
}

/** Asks WebGL who draws, e.g. `ANGLE (Google, Vulkan … SwiftShader …)`; empty when it does not tell. */
function rendererName(): string {
  const context = document.createElement('canvas').getContext('webgl2');
  const info = context?.getExtension('WEBGL_debug_renderer_info');
  const name = info ? String(context?.getParameter(info.UNMASKED_RENDERER_WEBGL)) : '';
  context?.getExtension('WEBGL_lose_context')?.loseContext();
  return name;
}

const renderer = rendererName();

/** The quality of this page. */
export const quality: Quality = chooseQuality(location.search, renderer);

/** Whether drawing takes time from everything else on this machine. */
export const isDrawnByProcessor: boolean = isProcessor(renderer);
