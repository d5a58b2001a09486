import { Rng } from '@efferent/core';
import { expect, test } from 'vitest';
import { MotorResponse, type MuscleAction } from './motor-response.ts';

interface Told extends MuscleAction {
  readonly atS: number;
}

/** Wants `gesture` for `holdS`, then rest, again and again; returns what the muscles were told. */
function act(repetitions: number, holdS: number, seed = 1000): { told: Told[]; hand: MotorResponse } {
  const told: Told[] = [];
  let nowS = 0;
  const hand = new MotorResponse(new Rng(seed), ['rest', 'grip', 'open', 'wextend'], (action) => {
    told.push({ ...action, atS: nowS });
  });
  for (let i = 0; i < repetitions; i++) {
    for (; nowS < (i + 0.5) * 2 * holdS; nowS += 0.01) hand.want({ gesture: 'open', effort: 0.5 }, nowS);
    for (; nowS < (i + 1) * 2 * holdS; nowS += 0.01) hand.want({ gesture: 'rest', effort: 0 }, nowS);
  }
  return { told, hand };
}

test('reacts after 250 ms, give or take 60', () => {
  const { told } = act(600, 2);
  const delays = told.filter(({ gesture }) => gesture === 'open').map(({ atS }) => atS % 4);
  const prompt = delays.filter((delay) => delay < 0.6);
  const mean = prompt.reduce((sum, delay) => sum + delay, 0) / prompt.length;
  const spread = Math.sqrt(prompt.reduce((sum, delay) => sum + (delay - mean) ** 2, 0) / prompt.length);
  expect(mean).toBeGreaterThan(0.24);
  expect(mean).toBeLessThan(0.27);
  expect(spread).toBeGreaterThan(0.05);
  expect(spread).toBeLessThan(0.07);
});

test('three gestures of a hundred are wrong, and made again', () => {
  const { told, hand } = act(3000, 2);
  expect(hand.wrongCount / hand.gestureCount).toBeGreaterThan(0.022);
  expect(hand.wrongCount / hand.gestureCount).toBeLessThan(0.038);
  const wrongAt = told.findIndex(({ gesture }) => gesture === 'grip' || gesture === 'wextend');
  expect(told.slice(wrongAt + 1, wrongAt + 3).map(({ gesture }) => gesture)).toEqual(['rest', 'open']);
});

test('counts the time that muscles are active', () => {
  const { hand } = act(20, 2);
  expect(hand.activationS / 20).toBeGreaterThan(1.8);
  expect(hand.activationS / 20).toBeLessThan(2.2);
});
