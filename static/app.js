// What every page shares. Each module looks for its own elements and does nothing where there are none.
import "./toggle.js";
import "./live.js";
import "./picker.js";
import "./keys.js";
import "./guess.js";
import "./runs.js";
import "./parts.js";
import "./repredict.js";
