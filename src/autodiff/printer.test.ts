import { expect, test } from 'vitest';
import { gradients } from './gradient.ts';
import {
  add,
  argMax,
  constant,
  gather,
  input,
  matmul,
  mul,
  reshape,
  slice,
  sum,
  transposed,
} from './graph.ts';
import { print } from './printer.ts';

test('a graph is printed with shapes, inputs before users', () => {
  const table = input('table', [8, 4]);
  const weights = input('weights', [4, 3]);
  const scores = matmul(gather(table, input('words', [5], 'int')), transposed(transposed(weights)));
  expect(
    print({ scores, best: argMax(slice(scores, 0, 1, 5)), total: reshape(sum(scores, [0, 1]), []) }),
  ).toBe(`\
%0 = input «table» [8,4]
%1 = input «words» int[5]
%2 = gather %0 %1 [5,4]
%3 = input «weights» [4,3]
%4 = transpose %3 order=[1,0] [3,4]
%5 = transpose %4 order=[1,0] [4,3]
%6 = matmul %2 %5 [5,3]
%7 = slice %6 axis=0 start=1 end=5 [4,3]
%8 = argMax %7 int[4]
%9 = sum %6 axes=[0,1] [1,1]
%10 = reshape %9 []
scores = %6
best = %8
total = %10`);
});

test('equal expressions are printed once, and a gradient can be read', () => {
  const x = input('x', [2]);
  const loss = sum(mul(add(x, constant(1)), add(x, constant(1))), [0]);
  expect(print({ loss, slope: gradients(loss, [x])[0]! })).toBe(`\
%0 = input «x» [2]
%1 = constant value=1 []
%2 = add %0 %1 [2]
%3 = mul %2 %2 [2]
%4 = sum %3 axes=[0] [1]
%5 = expand %1 [1]
%6 = expand %5 [2]
%7 = mul %6 %2 [2]
%8 = add %7 %7 [2]
loss = %4
slope = %8`);
});
