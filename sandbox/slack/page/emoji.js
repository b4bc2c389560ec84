// A modest table of emoji by their short names; what is not in it stays `:name:`.

const TABLE = `
+1 👍|thumbsup 👍|-1 👎|thumbsdown 👎|tada 🎉|rocket 🚀|eyes 👀|white_check_mark ✅|heavy_check_mark ✔️|x ❌|warning ⚠️|rotating_light 🚨
fire 🔥|bug 🐛|ship 🚢|package 📦|hammer 🔨|hammer_and_wrench 🛠️|wrench 🔧|gear ⚙️|lock 🔒|unlock 🔓|key 🔑|bell 🔔|no_bell 🔕
hourglass ⌛|hourglass_flowing_sand ⏳|stopwatch ⏱️|alarm_clock ⏰|clock1 🕐|calendar 📅|date 📅|memo 📝|pencil ✏️|pencil2 ✏️|clipboard 📋
page_facing_up 📄|open_file_folder 📂|file_folder 📁|bar_chart 📊|chart_with_upwards_trend 📈|chart_with_downwards_trend 📉|mag 🔍|bulb 💡
robot_face 🤖|robot 🤖|brain 🧠|wave 👋|raised_hands 🙌|clap 👏|pray 🙏|muscle 💪|ok_hand 👌|point_right 👉|point_up ☝️|point_down 👇
heart ❤️|green_heart 💚|yellow_heart 💛|blue_heart 💙|broken_heart 💔|sparkles ✨|star ⭐|zap ⚡|boom 💥|100 💯|trophy 🏆|checkered_flag 🏁
smile 😄|smiley 😃|grinning 😀|slightly_smiling_face 🙂|wink 😉|joy 😂|sweat_smile 😅|thinking_face 🤔|thinking 🤔|sob 😭|cry 😢|scream 😱
sunglasses 😎|heart_eyes 😍|neutral_face 😐|confused 😕|worried 😟|rage 😡|exploding_head 🤯|sleeping 😴|upside_down_face 🙃|facepalm 🤦
red_circle 🔴|large_red_circle 🔴|large_green_circle 🟢|green_circle 🟢|large_yellow_circle 🟡|large_orange_circle 🟠|large_blue_circle 🔵|blue_circle 🔵
white_circle ⚪|black_circle ⚫|large_green_square 🟩|large_red_square 🟥|large_yellow_square 🟨|white_large_square ⬜|black_large_square ⬛
arrow_right ➡️|arrow_left ⬅️|arrow_up ⬆️|arrow_down ⬇️|arrow_forward ▶️|arrows_counterclockwise 🔄|repeat 🔁|fast_forward ⏩|rewind ⏪
double_vertical_bar ⏸️|pause_button ⏸️|black_square_for_stop ⏹️|octagonal_sign 🛑|stop_sign 🛑|no_entry ⛔|no_entry_sign 🚫|construction 🚧
information_source ℹ️|question ❓|grey_question ❔|exclamation ❗|heavy_exclamation_mark ❗|speech_balloon 💬|thought_balloon 💭|link 🔗
globe_with_meridians 🌐|cloud ☁️|whale 🐳|penguin 🐧|snake 🐍|wheel_of_dharma ☸️|computer 💻|desktop_computer 🖥️|floppy_disk 💾|electric_plug 🔌
satellite_antenna 📡|test_tube 🧪|microscope 🔬|shield 🛡️|label 🏷️|pushpin 📌|round_pushpin 📍|email 📧|inbox_tray 📥|outbox_tray 📤
seedling 🌱|sunny ☀️|rainbow 🌈|coffee ☕|pizza 🍕|beers 🍻|cake 🍰|party 🥳|partying_face 🥳|ghost 👻|skull 💀|see_no_evil 🙈
pager 📟|ambulance 🚑|fire_engine 🚒|ballot_box_with_check ☑️|heavy_plus_sign ➕|heavy_minus_sign ➖|money_with_wings 💸|gem 💎|dart 🎯|crystal_ball 🔮
one 1️⃣|two 2️⃣|three 3️⃣|four 4️⃣|five 5️⃣|six 6️⃣|seven 7️⃣|eight 8️⃣|nine 9️⃣|zero 0️⃣|new 🆕|ok 🆗|soon 🔜|end 🔚|recycle ♻️|wastebasket 🗑️
`;

const BY_NAME = new Map(TABLE.split(/[|\n]/).filter(Boolean).map((entry) => entry.split(" ")));

/** The names a person can pick from, the useful ones first. */
export const PICKED = [
  "+1", "-1", "eyes", "white_check_mark", "x", "tada", "rocket", "heart", "joy", "thinking_face", "pray", "fire",
  "warning", "rotating_light", "hourglass_flowing_sand", "octagonal_sign", "page_facing_up", "mag", "bug", "bulb", "wave", "clap", "100", "question",
];

/** The emoji of a short name (skin tones are dropped), or null. */
export function emoji(name) {
  return BY_NAME.get(name.replace(/::?skin-tone-\d$/, "")) ?? null;
}

/** Up to `most` names that begin with, or contain, what was typed. */
export function suggestions(typed, most = 8) {
  const names = [...BY_NAME.keys()];
  const first = names.filter((name) => name.startsWith(typed));
  return [...first, ...names.filter((name) => !name.startsWith(typed) && name.includes(typed))].slice(0, most);
}
