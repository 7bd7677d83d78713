export { carCheckpointSaver } from "./car-checkpoint-saver.js";
export type { CarCheckpointSaverOptions } from "./car-checkpoint-saver.js";
