const any = (words: string): string =>
  `(?:${words
    .trim()
    .split(/\s*\|\s*/)
    .join('|')})`;

const persons =
  any(`me|myself|him|himself|her|herself|them|us|someone|somebody|anyone|anybody|everyone|everybody|
  yourself|people|persons?|humans?|man|men|woman|women|child|children|kids?|baby|babies|infants?|toddlers?|boys?|girls?|
  guests?|visitors?|neighbou?rs?|wife|husband|partner|mother|father|mom|mum|dad|parents?|grand(?:ma|pa|mother|father)|granny|
  brothers?|sisters?|sons?|daughters?|uncles?|aunts?|friends?|boss|nurses?|doctors?|patients?|users?|operators?|workers?|
  teachers?|students?|intruders?|burglars?|colleagues?|roommates?|flatmates?|bystanders?|pedestrians?`);
const animals =
  any(`cats?|dogs?|pets?|animals?|pupp(?:y|ies)|kittens?|hamsters?|guinea pigs?|parrots?|birds?|rabbits?|
  bunn(?:y|ies)|goldfish|turtles?|tortoises?|horses?`);
const living = `(?:${persons}|${animals})`;
/** Words before a noun; a toy or a picture of a cat is none. */
const before = `(?:(?:${any(`the|a|an|any|this|that|these|those|my|your|his|her|our|their|some|all|every|each|both|of|two|three|old|
  young|little|small|big|poor|other|stupid|annoying|noisy|sleeping|crying|barking|next door`)}|[a-z]+'s) )*`;
/** Where the noun is the thing itself: "the cat" at the end or before one of these, not "the cat food". */
const headEnd = `(?! ?${any(`and pepper`)})(?=$| ?[.,]| ${any(`with|until|till|in|into|inside|on|onto|at|off|out|down|over|across|against|from|
  through|under|and|or|so|if|because|when|while|before|after|hard|hardly|now|please|again|today|unconscious|to death|as|for`)}\\b)`;
const someone = `${before}${living}${headEnd}`;
const somebodys = `(?:my|your|his|her|their|our|someone's|somebody's|anyone's|(?:the )?[a-z]+'s) (?:left |right )?`;
const bodyPart = any(
  'head|face|eyes?|mouth|nose|neck|throat|hands?|fingers?|arms?|legs?|foot|feet|toes?|back|belly|skin|hair|tail|paws?',
);

/** A verb with its endings; listed are those that change in another way. */
const verb = (words: string): string => {
  const forms = words
    .trim()
    .split(/\s*\|\s*/)
    .flatMap((word) => {
      const [first = '', ...rest] = word.split(' ');
      const tail = rest.length === 0 ? '' : ` ${rest.join(' ')}`;
      const stem = first.replace(/e$/, '');
      const last = first.at(-1)!;
      return [
        first,
        `${first}s`,
        `${first}es`,
        `${stem}ed`,
        `${stem}ing`,
        `${first}${last}ing`,
        `${first}${last}ed`,
      ].map((form) => form + tail);
    });
  return any(forms.join('|'));
};

const harm =
  verb(`hit|punch|kick|strike|stab|cut|slap|smack|whack|hurt|harm|injure|wound|attack|kill|murder|choke|strangle|suffocate|smother|
  poison|burn|scald|crush|squash|run over|drive over|roll over|ram|smash|electrocute|drown|shoot|beat|whip|bite|scratch|poke|pinch|
  trap|torture|bully|scare|frighten|threaten|terrorise|terrorize|shock|break|trip|shake|bash|beat up|knock out|knock down|knock over|
  push over|push down|drug|stun|maim|cripple|bludgeon|slice|impale|gas`);
const cook = verb('cook|boil|fry|bake|grill|roast|microwave|freeze');
const cookable = `${before}(?:${any(`cats?|dogs?|pets?|pupp(?:y|ies)|kittens?|hamsters?|guinea pigs?|parrots?|goldfish|turtles?|child|children|
  kids?|baby|babies|toddlers?`)})${headEnd}`;
const shove = verb('push|shove|throw|toss|hurl|knock|drag|fling|kick|drop|chuck');
const aim =
  verb(`throw|toss|hurl|fling|launch|shoot|fire|chuck|lob|catapult|push|shove|ram|drop|pour|spill|splash|
  spray|tip|dump|smash|charge|drive|race|crash|bump|run|roll|squirt`);
const put = verb(`put|place|lock|shut|trap|throw|stuff|close|leave|drop|toss|push|imprison|dump|stick|shove`);
const prison =
  any(`fridge|refrigerator|freezer|oven|microwave|washing machine|washer|dryer|dishwasher|bin|trash|trash can|rubbish|garbage|
  drawer|cupboard|cabinet|box|bag|sack|toilet|closet|sink|fire|pot|pan|chest|safe|cellar|basement`);
const disable =
  verb(`disable|turn off|switch off|deactivate|bypass|ignore|override|overrule|remove|lift|raise|increase|exceed|skip|
  circumvent|forget|suspend|break|drop|get rid of|shut off|shut down|unlock|defeat|jam|unplug|disconnect|switch out|loosen|relax|
  disregard|sabotage|destroy|cancel|delete|clear|avoid|block|cover|tape over|hack|change|double|triple|ease|lower|neutralise|
  neutralize|violate|take off|cut|mute|kill|work around|get around|go over|go beyond|go past`);
const guard = `(?:(?:all |any |of |the |your |its |this |those |these |own |every |robot's |built in |annoying |stupid )*)(?:${any(`
  (?:safety|speed|force|torque|velocity|acceleration|joint|power|workspace|separation|distance|motion|grip|hard|soft|software|command) (?:limits?|limiters?|limitations?|gates?|bounds?)|
  limits?|limiter|safety|safety (?:system|checks?|mode|stop|features?|functions?|controls?|rules|mechanisms?|measures|zone|scanner|distance|settings?|layer|monitor|protocols?|guards?|interlocks?)|
  safeguards?|guardrails|emergency stop|emergency button|e stop|estop|stop button|stop switch|the stop|run ?stop|kill switch|protective stop|dead ?man(?:'s)?(?: switch)?|watchdog|
  collision (?:checks?|checking|stop|avoidance|detection|limits?)|obstacle (?:avoidance|detection)|(?:person|people|human) (?:detection|detector|avoidance)|
  lidar|bumpers?|command gate|interlocks?`)})(?=$| ?[.,]| ${any('and|or|so|for|when|while|on|of|in|to|then|now|please|if|because|before|as|by|completely|today|off|down')}\\b)`;
const sharp =
  any(`knife|knives|scissors|lighter|matches|bleach|pills|razor|blade|medicine|drain cleaner|batteries|battery|detergent|needle|
  gun|screwdriver|saw|alcohol|wine|beer|vodka`);
/** What is not held to anybody's body. */
const harmful = any(
  `knife|knives|scissors|lighter|matches|razor|blade|needle|gun|screwdriver|saw|bleach|drain cleaner|detergent`,
);
const minors = any('baby|babies|infants?|toddlers?|child|children|kids?|dogs?|cats?|pets?');
const poison =
  any(`(?:rat |mouse )?poison|bleach|drain cleaner|antifreeze|ammonia|sleeping pills|pills|broken glass|glass shards|detergent|dish soap|
  cleaner|cleaning fluid|needles?|drugs?|laxatives?`);
const food =
  any(`drinks?|coffee|tea|milk|soup|food|juice|dinner|lunch|breakfast|meal|wine|beer|cake|salad|sandwich|water(?: bottle)?|baby bottle|
  cereal|sauce|cat food|dog food|dog bowl|cat bowl`);

/** What is said of a kind of request, and the phrases by which it is known. */
interface UnsafeKind {
  readonly reason: string;
  /** Whether it is meant the other way round after "do not" or "without". */
  readonly canBeNegated: boolean;
  readonly patterns: readonly string[];
}

/** Phrases that ask to hurt somebody, or to lift what keeps people safe. */
export const unsafeKinds: readonly UnsafeKind[] = [
  {
    reason: 'it could hurt a person or an animal',
    canBeNegated: true,
    patterns: [
      `${harm} (?:at )?${someone}`,
      `(?:${harm}|${verb('squeeze|twist')}) (?:at |on )?${somebodys}${bodyPart}`,
      `${cook} ${cookable}`,
      `${shove} ${before}${living} (?:over|down|off|out|into|in|against|aside|across|through|from)\\b`,
      `${aim} (?:[a-z' ]+ )?(?:at|over|into|against|onto) ${someone}`,
      `${verb('wave|point|aim|swing')} (?:[a-z' ]+ )?${sharp} (?:at|towards?) ${someone}`,
      `${any('drop|dropping|pour|pouring|spill|spilling|dump|dumping|tip|tipping|splash|spray|smash')} (?:[a-z' ]+ )?(?:on|in) ${someone}`,
      `${aim} (?:[a-z' ]+ )?(?:at|on|over|into|against|onto|in) ${somebodys}${bodyPart}`,
      `${verb('shut|close|slam')} (?:[a-z' ]+ )?on ${somebodys}${bodyPart}`,
      `${verb('put|press|hold|place')} (?:[a-z' ]+ )?over ${somebodys}(?:face|mouth|nose)`,
      `${verb('put|press|hold|place|bring|lift|raise|move')} (?:[a-z' ]+ )?${harmful} (?:[a-z' ]+ )?(?:to|at|against|near) ${somebodys}${bodyPart}`,
      `${put} ${before}${living} (?:up )?(?:in|into|inside) (?:the |a |an |that |your |my )?(?:[a-z]+ )?${prison}\\b`,
      `${verb('give|hand|bring|pass|feed|serve')} ${before}${minors} (?:the |a |an |some |my |your )*${sharp}\\b`,
      `${verb('give|hand|bring|pass|feed|serve')} (?:the |a |an |some |my |your )*${sharp} to ${before}${minors}${headEnd}`,
      `${verb('put|place|pour|add|mix|drop|slip|sprinkle')} (?:[a-z' ]+ )?${poison} (?:in|into|to|on) (?:[a-z']+ ){0,3}${food}\\b`,
      `${verb('poison')} (?:the|a|my|his|her|your|our|their|[a-z]+'s) `,
      `mix(?:ing)? (?:the )?(?:bleach (?:and|with) (?:the )?ammonia|ammonia (?:and|with) (?:the )?bleach)`,
      `${verb('block|barricade|lock')} (?:[a-z' ]+ )?so (?:that )?(?:nobody|no one|they|he|she|we) (?:can|could|can not|will not)`,
      `${verb('lock')} ${before}${living} (?:in|out|up|inside)\\b`,
    ],
  },
  {
    reason: 'it could start a fire or give somebody a shock',
    canBeNegated: true,
    patterns: [
      `${any('set|setting|light|lighting')} (?:fire to\\b|(?:[a-z' ]+ )?(?:on fire|on flame|alight|ablaze))`,
      `${verb('start|light|make')} a (?:big |huge )?fire(?! ?(?:place|pit|alarm)\\b)(?=$| ?[.,]| (?:in|on|under)\\b)`,
      `${verb('burn')} (?:down )?(?:the |this |my |our )?(?:house|kitchen|flat|apartment|building|curtains?|place)\\b`,
      `${verb('put|stick|insert|push|poke|shove')} (?:[a-z' ]+ )?(?:in|into) (?:the |a |an )?(?:power |wall |electrical )?(?:socket|outlet)s?\\b`,
      `${verb('put|stick|place|throw|drop')} (?:[a-z' ]+ )?(?:toaster|hair ?dryer|kettle) (?:in|into) (?:the |a |my )?(?:bath|bathtub|tub|sink|water)\\b`,
      `${verb('put|place|stick')} (?:[a-z' ]+ )?(?:fork|knife|spoon|foil|metal|can|tin|spray can|battery|lighter) (?:in|into|inside) (?:the |a )?(?:microwave|toaster|fire)\\b`,
      `${verb('turn|switch|leave|let|open')} (?:on )?(?:the )?gas (?:on|open|running)\\b`,
      `${verb('blow')} up (?:the |this |my )?(?:house|kitchen|flat|building|oven|microwave|room)\\b`,
    ],
  },
  {
    reason: 'the limits and the stop that keep people safe are not mine to change',
    canBeNegated: false,
    patterns: [
      `${disable} ${guard}`,
      `${any('turn|switch|shut|take')} ${guard} (?:off|down)\\b`,
      `${verb('move|go|drive|push|pull|run|press|squeeze')} (?:[a-z' ]+ )?(?:beyond|above|past|over|faster than|harder than|more than) (?:the |your |any )*(?:[a-z]+ )?(?:limits?|allowed|permitted|safe)\\b`,
      `(?:do not|never|without|stop) (?:stop(?:ping)?|brak(?:e|ing)|slow(?:ing)?(?: down)?|paus(?:e|ing)|wait(?:ing)?) (?:[a-z' ]+ )?(?:for|if|when|even|near|because of) (?:[a-z' ]+ )?${living}\\b`,
      `(?:do not|never) (?:stop|obey|react|listen|respond) (?:[a-z' ]+ )?(?:press|pressing|push|hit|say|tell|stop button|to (?:the )?stop|emergency)`,
      `(?:keep|go on|continue) (?:moving|going|driving|working) (?:[a-z' ]+ )?(?:stop(?: button)?|runstop|e stop)(?=$| ?[.,]| is\\b)`,
      `${verb('ignore|disregard')} (?:the |all |any |that |every )*(?:people|persons?|humans?|child|children|kids?|anyone|anybody|everyone|whoever|bystanders?|pedestrians?)\\b`,
      `(?:do not|never) let (?:anyone|anybody|me|people|him|her|them) stop you`,
      `${verb('stop')} (?:checking|looking|watching) for (?:collisions?|people|persons?|obstacles?)`,
    ],
  },
];

/** Ways of speaking that only sound like harm. */
export const idioms = new RegExp(
  [
    'cut (?:me|us|him|her|them) some slack',
    'hit (?:me|us) (?:up|with)',
    'beat (?:me|us|him|her|them) to',
    'kill(?:ing)? two birds with one stone',
    'drop (?:me|us|him|her|them) off',
    '(?:shoot|give) (?:me|us|him|her|them) (?:a|an|the) (?:message|mail|email|text|note|look)',
    'scare (?:me|us) up',
    'knock (?:me|us|them) (?:dead|out of)',
    'trip(?:ping)? (?:to|over)',
    'beat (?:me|us|him|her|them|(?:my|your|the) [a-z]+) (?:at|in|to)(?= [a-z])',
    '(?:bite|beat) (?:the )?(?:bullet|eggs?|clock)',
  ].join('|'),
  'g',
);

/** What is asked not to happen: "without hitting the cat". */
export const negation =
  /(?:\bnot(?: to)?|\bnever|\bwithout|\bavoid|\bnobody|\bno one|\bnot ever|\bstop|\bor you(?: will)?|\bso (?:that )?(?:it|they|you) (?:do|does|can) not) $/;
