const colors = [
  'red',
  'green',
  'blue',
  'yellow',
  'orange',
  'white',
  'black',
  'brown',
  'grey',
  'gray',
  'pink',
  'purple',
  'silver',
];

/** Words that name a colour. */
export const isColor = (word: string): boolean => colors.includes(word);

/** The colour that a class such as `red-mug` names; empty when it names none. */
export function colorOf(className: string): string {
  const [first = '', ...rest] = className.split('-');
  return rest.length > 0 && isColor(first) ? first : '';
}
