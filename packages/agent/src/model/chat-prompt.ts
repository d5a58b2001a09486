import type {
  LanguageModelV4FilePart,
  LanguageModelV4Prompt,
  LanguageModelV4TextPart,
  SharedV4ProviderOptions,
} from '@ai-sdk/provider';
import type { ChatQuestion } from './chat-model.ts';
import type { Picture } from './language-model.ts';

/** Writes a question as the messages of a chat; what stays the same comes first. */
export function chatPrompt(
  { system, user, picture, repair }: ChatQuestion,
  systemOptions: SharedV4ProviderOptions,
): LanguageModelV4Prompt {
  const prompt: LanguageModelV4Prompt = [
    { role: 'system', content: system, providerOptions: systemOptions },
    { role: 'user', content: [...(picture === undefined ? [] : [picturePart(picture)]), textPart(user)] },
  ];
  if (repair !== undefined)
    prompt.push(
      { role: 'assistant', content: [textPart(repair.answer)] },
      { role: 'user', content: [textPart(repair.complaint)] },
    );
  return prompt;
}

const textPart = (text: string): LanguageModelV4TextPart => ({ type: 'text', text });

const picturePart = ({ bytes, mediaType }: Picture): LanguageModelV4FilePart => ({
  type: 'file',
  data: { type: 'data', data: bytes },
  mediaType,
});
