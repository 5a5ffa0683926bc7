import type { Component } from './component.js';
import { addCalls, agentRun, type BuiltRun, type Exchange, finishRun, type RunScope } from './stored-run.js';
import type { MemberTemplate } from './topic.js';
import { Transcript } from './transcript.js';

/**
 * A run of a team and the runs of its members, in the order in which AgentOS stores them: members end first. It keeps
 * them as runs of their own, and names them in the calls of the leader.
 */
export function teamRuns(scope: RunScope, exchange: Exchange, startedAt: number): BuiltRun[] {
  const { component, random } = scope;
  const transcript = new Transcript(random, startedAt);
  const members: BuiltRun[] = [];
  const delegate = () => {
    const tasks = exchange.members ?? [];
    if (tasks.length === 0) return addCalls(transcript, exchange);
    const delegatedAt = transcript.now + random.between(1, 2);
    for (const task of tasks) members.push(memberRun(scope, task, delegatedAt + random.between(0, 0.3)));
    transcript.call(
      tasks.map(({ member, task, answer, failed = false }) => ({
        tool: 'delegate_task_to_member',
        args: { member_id: member.toLowerCase(), task },
        result: answer,
        failed,
      })),
      members.map(({ run, endedAt }) => ({
        childRunId: String(run['run_id']),
        seconds: Math.max(endedAt - transcript.now, 0.5),
      })),
    );
  };
  const owner = { team_id: component.id, team_name: component.name };
  const leader = finishRun(scope, exchange, startedAt, transcript, delegate, owner);
  // By default AgentOS embeds no member in the run of its team.
  if (exchange.status !== 'RUNNING') leader.run['member_responses'] = [];
  for (const { run } of members) run['parent_run_id'] = leader.run['run_id'];
  return [...members, leader];
}

function memberRun(scope: RunScope, task: MemberTemplate, startedAt: number): BuiltRun {
  const { component } = scope;
  const member: Component = {
    type: 'agent',
    id: task.member.toLowerCase(),
    name: task.member,
    model: component.model,
    instructions: `You are the specialist for ${task.member.toLowerCase()} in a team. Answer only what the leader asks.`,
  };
  const failed = task.failed === true;
  const exchange: Exchange = {
    ask: task.task,
    answer: task.answer,
    calls: task.calls ?? [],
    status: failed ? 'ERROR' : 'COMPLETED',
    ...(failed && { failure: { type: 'HTTPStatusError', message: task.answer } }),
  };
  return agentRun({ ...scope, component: member }, exchange, startedAt);
}
