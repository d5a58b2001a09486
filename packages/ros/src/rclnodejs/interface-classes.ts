import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { MiddlewareError } from '@efferent/core/errors';
import { cdrMessageClass } from './cdr-message.ts';
import type { ActionClass, InterfaceClass, MessageClass, Rclnodejs, ServiceClass } from './rclnodejs.ts';
import { installCommand, isPackageSourced } from './ros-environment.ts';

/** The classes by which rclnodejs knows interfaces. */
export class InterfaceClasses {
  readonly #rcl: Rclnodejs;
  readonly #generatedFolder: string;
  readonly #sourced = new Set<string>();
  readonly #services = new Map<string, ServiceClass>();
  readonly #actions = new Map<string, ActionClass>();

  /** @param packageFolder - where rclnodejs was prepared */
  constructor(rcl: Rclnodejs, packageFolder: string) {
    this.#rcl = rcl;
    this.#generatedFolder = join(packageFolder, 'generated');
  }

  /**
   * Names a message type; raw topics need no more, and nothing generated.
   *
   * @throws {@link MiddlewareError} code `interface-not-sourced`, as rcl loads the package's libraries
   */
  topic(typeName: string): InterfaceClass {
    const [pkgName = '', subFolder = '', interfaceName = ''] = typeName.split('/');
    if (!this.#sourced.has(pkgName) && !isPackageSourced(pkgName, process.env))
      throw new MiddlewareError({
        code: 'interface-not-sourced',
        message: `${typeName}: ${pkgName} is not in the sourced workspaces, and rcl needs its libraries: ${installCommand([pkgName], process.env)}`,
        fields: { type: typeName },
      });
    this.#sourced.add(pkgName);
    return interfaceClass({ pkgName, subFolder, interfaceName }, {});
  }

  /** @throws {@link MiddlewareError} code `interface-not-prepared` */
  service(typeName: string): ServiceClass {
    return remember(this.#services, typeName, () => {
      const generated = this.#generated(typeName) as ServiceClass;
      return interfaceClass(generated.type(), this.#pair(generated, typeName));
    });
  }

  /** @throws {@link MiddlewareError} code `interface-not-prepared` */
  action(typeName: string): ActionClass {
    return remember(this.#actions, typeName, () => {
      const generated = this.#generated(typeName) as ActionClass;
      const { SendGoalService, GetResultService, FeedbackMessage, CancelGoal, GoalStatusArray } =
        generated.impl;
      const impl = {
        SendGoalService: this.#pair(SendGoalService, `${typeName}_SendGoal`),
        GetResultService: this.#pair(GetResultService, `${typeName}_GetResult`),
        FeedbackMessage: this.#message(FeedbackMessage, `${typeName}_FeedbackMessage`),
        CancelGoal,
        GoalStatusArray,
      };
      return interfaceClass(generated.type(), { impl });
    });
  }

  #pair(generated: Pick<ServiceClass, 'Request' | 'Response'>, typeName: string) {
    return {
      Request: this.#message(generated.Request, `${typeName}_Request`),
      Response: this.#message(generated.Response, `${typeName}_Response`),
    };
  }

  #message(generated: MessageClass, typeName: string): MessageClass {
    return cdrMessageClass(this.#rcl, generated, typeName);
  }

  /** Looks first, as rclnodejs would start to generate what is not there. */
  #generated(typeName: string): object {
    const [packageName = '', kind = '', name = ''] = typeName.split('/');
    const file = join(this.#generatedFolder, packageName, `${packageName}__${kind}__${name}.js`);
    if (existsSync(file)) return this.#rcl.require(typeName);
    throw new MiddlewareError({
      code: 'interface-not-prepared',
      message: `rclnodejs was prepared without ${typeName}: source the workspace that has it, then run "npx efferent prepare-ros" again`,
      fields: { type: typeName, file },
    });
  }
}

/** rclnodejs takes functions only for classes of interfaces. */
function interfaceClass<Parts extends object>(type: ReturnType<InterfaceClass['type']>, parts: Parts) {
  return Object.assign(() => undefined, { type: () => type, ...parts });
}

function remember<Value>(known: Map<string, Value>, key: string, create: () => Value): Value {
  let value = known.get(key);
  if (value === undefined) {
    value = create();
    known.set(key, value);
  }
  return value;
}
