import { ContractError } from '@efferent/core/errors';
import { type Field, type MessageDefinition, parseMessageDefinition, splitSections } from './definition.ts';
import { definitionTexts } from './generated/definitions.ts';

const uuid: Field = { name: 'goal_id', type: 'unique_identifier_msgs/msg/UUID' };
const stamp: Field = { name: 'stamp', type: 'builtin_interfaces/msg/Time' };

/**
 * Interface definitions by name, parsed on demand.
 *
 * Knows messages (`sensor_msgs/msg/JointState`) and what services and actions are made of on the wire
 * (`std_srvs/srv/Trigger_Request`, `.../action/X_Goal`, `X_SendGoal_Request`, `X_FeedbackMessage`, …).
 */
export class InterfaceRegistry {
  readonly #texts = new Map<string, { readonly text: string; readonly file: string }>();
  readonly #definitions = new Map<string, MessageDefinition>();
  #revision = 0;
  #isAsBundled = true;

  constructor(texts: Readonly<Record<string, string>>) {
    for (const [name, text] of Object.entries(texts)) this.#texts.set(name, { text, file: name });
  }

  /** Changes whenever a definition does; what is derived from definitions is kept by it. */
  get revision(): number {
    return this.#revision;
  }

  /** Whether all definitions that came with the registry are still what they were. */
  get isAsBundled(): boolean {
    return this.#isAsBundled;
  }

  /** Adds or replaces the interface `name` (`pkg/msg/Name`, `pkg/srv/Name`, `pkg/action/Name`). */
  register(name: string, text: string, file = name): void {
    if (this.#texts.has(name)) this.#isAsBundled = false;
    this.#texts.set(name, { text, file });
    this.#definitions.clear();
    this.#revision++;
  }

  has(name: string): boolean {
    return this.#texts.has(name);
  }

  names(): readonly string[] {
    return [...this.#texts.keys()];
  }

  /** Returns the interface's text. @throws {@link ContractError} code `unknown-type` */
  text(name: string): string {
    return this.#source(name).text;
  }

  /**
   * Returns the definition of a message, or of a derived message of a service or action.
   *
   * @throws {@link ContractError} code `unknown-type`
   * @throws {@link ConfigurationError} code `invalid-interface` when the text does not parse
   */
  definition(typeName: string): MessageDefinition {
    let definition = this.#definitions.get(typeName);
    if (definition === undefined) {
      definition = this.#create(typeName);
      this.#definitions.set(typeName, definition);
    }
    return definition;
  }

  #source(name: string): { readonly text: string; readonly file: string } {
    const source = this.#texts.get(name);
    if (source !== undefined) return source;
    throw new ContractError({
      code: 'unknown-type',
      message: `no interface is called "${name}"; known packages are bundled, others are read from AMENT_PREFIX_PATH`,
      fields: { type: name },
    });
  }

  #create(typeName: string): MessageDefinition {
    const [packageName, kind, name = ''] = typeName.split('/');
    if (kind === 'msg') {
      const { text, file } = this.#source(typeName);
      return parseMessageDefinition(typeName, text, file);
    }
    const cut = name.indexOf('_');
    const owner = `${packageName}/${kind}/${cut < 0 ? name : name.slice(0, cut)}`;
    const part = cut < 0 ? '' : name.slice(cut + 1);
    if (kind === 'srv') return this.#servicePart(typeName, owner, part);
    if (kind === 'action') return this.#actionPart(typeName, owner, part);
    this.#source(typeName);
    throw new ContractError({ code: 'unknown-type', message: `"${typeName}" is no interface name` });
  }

  #servicePart(typeName: string, service: string, part: string): MessageDefinition {
    if (part === 'Request') return this.#section(typeName, service, 0);
    if (part === 'Response') return this.#section(typeName, service, 1);
    this.#source(service);
    return serviceMessage(typeName, service, part);
  }

  #actionPart(typeName: string, action: string, part: string): MessageDefinition {
    const fields = (...list: Field[]) => ({ typeName, fields: list, constants: [] });
    switch (part) {
      case '':
        this.#source(action);
        return fields(
          { name: 'goal', type: `${action}_Goal` },
          { name: 'result', type: `${action}_Result` },
          { name: 'feedback', type: `${action}_Feedback` },
          { name: 'send_goal_service', type: `${action}_SendGoal` },
          { name: 'get_result_service', type: `${action}_GetResult` },
          { name: 'feedback_message', type: `${action}_FeedbackMessage` },
        );
      case 'Goal':
        return this.#section(typeName, action, 0);
      case 'Result':
        return this.#section(typeName, action, 1);
      case 'Feedback':
        return this.#section(typeName, action, 2);
      case 'FeedbackMessage':
        return fields(uuid, { name: 'feedback', type: `${action}_Feedback` });
      case 'SendGoal_Request':
        return fields(uuid, { name: 'goal', type: `${action}_Goal` });
      case 'SendGoal_Response':
        return fields({ name: 'accepted', type: 'bool' }, stamp);
      case 'GetResult_Request':
        return fields(uuid);
      case 'GetResult_Response':
        return fields({ name: 'status', type: 'int8' }, { name: 'result', type: `${action}_Result` });
    }
    this.#source(action);
    const [service = '', event = ''] = part.split('_');
    return serviceMessage(typeName, `${action}_${service}`, event);
  }

  #section(typeName: string, owner: string, index: number): MessageDefinition {
    const { text, file } = this.#source(owner);
    const section = splitSections(text)[index];
    if (section !== undefined) return parseMessageDefinition(typeName, section.text, file, section.firstLine);
    throw new ContractError({
      code: 'unknown-type',
      message: `${file}: has no section ${index + 1}, which "${typeName}" is; sections are divided by "---"`,
      fields: { file, type: typeName },
    });
  }
}

/** The message that describes a service for its type hash, and the event message that one part of it is. */
function serviceMessage(typeName: string, service: string, part: string): MessageDefinition {
  const once = { kind: 'bounded', size: 1 } as const;
  if (part === 'Event') {
    const fields: Field[] = [
      { name: 'info', type: 'service_msgs/msg/ServiceEventInfo' },
      { name: 'request', type: `${service}_Request`, array: once },
      { name: 'response', type: `${service}_Response`, array: once },
    ];
    return { typeName, fields, constants: [] };
  }
  if (part === '') {
    const fields: Field[] = [
      { name: 'request_message', type: `${service}_Request` },
      { name: 'response_message', type: `${service}_Response` },
      { name: 'event_message', type: `${service}_Event` },
    ];
    return { typeName, fields, constants: [] };
  }
  throw new ContractError({
    code: 'unknown-type',
    message: `"${typeName}" is no message of ${service}`,
    fields: { type: typeName },
  });
}

/** The definitions that come with this package; `@efferent/interfaces/node` adds those of an installed ROS 2. */
export const interfaceRegistry = new InterfaceRegistry(definitionTexts);
