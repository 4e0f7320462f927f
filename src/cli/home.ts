/** Where runs are kept unless said otherwise. */
export const HOME = 'runs';
