/** 回呼的文字。 */

export const callbacks = {
  title: "回呼",
  messages: "留言",
  views: "回呼的状态",
  view: { open: "未了结", done: "已了结" },
  state: {
    waiting: "等待回呼",
    placed: "排队中",
    dialling: "正在呼叫",
    reached: "已接通",
    no_answer: "没有接听",
    failed: "未能呼叫",
    cancelled: "已取消",
    unknown: "结果不明",
  },
  customer: "客户",
  queue: "队列",
  askedAt: "提出时间",
  changedAt: "最近变化",
  why: "说明",
  settle: "了结",
  cancel: "取消回呼",
  cancelAsk: "不再给 {number} 回呼？客户已被告知会接到电话。",
  cancelled: "已取消回呼。",
  empty: { open: "没有未了结的回呼", done: "还没有了结的回呼" },
  emptyHint: "客户在菜单里选择回电后，会立刻出现在这里；系统没有打通的，由人来打。",
};

/** 回呼为什么是这个状态。 */
export const callbackWhy = {
  busy: "客户占线",
  rang: "响铃无人接",
  served: "已与客户通话",
  by_person: "由人取消：",
  asked_again: "客户又提出一次",
  too_late: "24 小时内没能回呼",
  not_dialled: "没有拨出去",
  out_of_sight: "当时与交换机失去联系，请核实",
  switch_restarted: "交换机重启，已重新排队",
  timed_out: "等待太久，已重新排队",
  left_empty: "没有坐席在岗",
  refused_empty: "没有坐席在岗",
  withdrawn: "客户自己正在来电",
  not_placed: "没有排上队，将重试",
  not_queued: "没有排上队，将重试",
};
