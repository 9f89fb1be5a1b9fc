/** 留言与回呼页面的文字。 */

export const messages = {
  title: "留言与回呼",
  views: "留言的状态",
  state: {
    new: "未处理",
    taken: "处理中",
    done: "已完成",
    all: "全部",
  },
  move: {
    new: "放回",
    taken: "我来处理",
    done: "完成",
  },
  did: {
    new: "已放回未处理。",
    taken: "由您处理。",
    done: "已完成。",
  },
  stateLabel: "状态",
  leftAt: "留言时间",
  box: "信箱",
  sound: "留言",
  noSound: "没有声音",
  note: "备注",
  addNote: "加备注",
  noteKept: "备注已保存。",
  call: "回电",
  callAsk: "给 {number} 回电？先响您的话机，再拨客户。",
  calling: "正在回电，您的话机先响。",
  empty: "没有未处理的留言",
  emptyHint: "客户在菜单里留言后，会立刻出现在这里。",
  noMatch: "没有符合条件的留言",
  noMatchHint: "换个状态或信箱。",
  showAll: "全部留言",
  keys: {
    move: "选择",
    play: "播放",
  },
  newCount: "{n} 条未处理的留言",
};
