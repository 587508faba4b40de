// Keeps the list of notifications as the bell has it: rendered by the server whenever something changed.
import { refresh } from "./fragment.js";

document.addEventListener("notified", () => document.hidden || refresh("notifications"));
document.addEventListener("visibilitychange", () => document.hidden || refresh("notifications"));
