/**
 * Decoders, all run by onnxruntime. `lda`: a linear discriminant on logarithms of features. `cnn`: one on what a network,
 * trained on other people, makes of the maps of the sleeve. `temporal`: the same with the maps of the last half second.
 */
export const decoderNames = ['lda', 'cnn', 'temporal'] as const;
export type DecoderName = (typeof decoderNames)[number];
