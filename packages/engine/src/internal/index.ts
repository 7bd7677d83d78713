export { systemClock } from "../defaults/system-clock.js";
