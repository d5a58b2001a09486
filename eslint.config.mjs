// Only the type-aware rules about promises: an un-awaited stop() is a safety bug, and Biome cannot see it.
import tseslint from 'typescript-eslint';

export default [
  { ignores: ['**/dist/**', '**/generated/**', '**/node_modules/**', '**/*.mjs'] },
  {
    files: ['packages/*/src/**/*.ts', 'test/**/*.ts', 'launch/tasks/**/*.ts'],
    plugins: { '@typescript-eslint': tseslint.plugin },
    languageOptions: { parser: tseslint.parser, parserOptions: { project: './tsconfig.json' } },
    rules: {
      '@typescript-eslint/no-floating-promises': 'error',
      '@typescript-eslint/no-misused-promises': 'error',
      '@typescript-eslint/await-thenable': 'error',
      '@typescript-eslint/only-throw-error': 'error',
      '@typescript-eslint/switch-exhaustiveness-check': [
        'error',
        { considerDefaultExhaustiveForUnions: true },
      ],
    },
  },
];
