// The scripts of every page. Each module looks for its elements and does nothing without them.
import "./toggle.js";
import "./time-zone.js";
import "./live.js";
import "./row-edit.js";
import "./picker.js";
import "./keys.js";
import "./guess.js";
import "./runs.js";
import "./parts.js";
import "./repredict.js";
import "./bulk.js";
import "./splits.js";
import "./review.js";
import "./rules.js";
