// What every page has: times in the reader's own zone and words, and dialogs that ask before something is ended.
import { localizeTimes } from "./times.js";
import "./bell.js";
import "./dialogs.js";

localizeTimes(document);
