/** All checkpoints with where they come from; one of them with its card. */

import { useParams } from '@tanstack/react-router';
import { useControls } from '../controls.tsx';
import { Card } from '../models/card.tsx';
import { Graph } from '../models/graph.tsx';
import { lineagesOf } from '../models/lineage.ts';
import { useModel, useModels } from '../models/queries.ts';
import { Requests } from '../models/requests.tsx';
import { useAccess } from '../session.ts';
import { Empty, Loading, NotAllowed, ProblemPanel } from '../states.tsx';
import '../marks.css';
import '../run/run.css';
import '../models/models.css';

/** Of a hash, as requests name it. */
const SHOWN = 8;

export function Page() {
  const { hash } = useParams({ strict: false });
  const mayLook = useAccess('look');
  const { data, error, refetch } = useModels(mayLook);
  const requests = useControls()?.requests ?? [];
  if (!mayLook) return <NotAllowed what="Which checkpoints there are" who="operators and auditors" />;
  if (!data)
    return error ? (
      <ProblemPanel error={error} onRetry={() => void refetch()} />
    ) : (
      <Loading what="Reading the checkpoints" />
    );
  const about = (one: string) => requests.filter((request) => request.about.includes(one.slice(0, SHOWN)));
  const ofModels = requests.filter(({ act }) => MODEL_ACTS.has(act));
  return (
    <div className="page">
      <h1>Models</h1>
      {hash === undefined && ofModels.length > 0 && <Requests requests={ofModels} />}
      {data.length === 0 && (
        <Empty title="No checkpoints yet">
          <p>A run saves one after each iteration, whether or not its gate passed.</p>
        </Empty>
      )}
      <div className={hash === undefined ? 'models' : 'models has-card'}>
        <div className="lineages">
          {lineagesOf(data).map((lineage) => (
            <Graph key={lineage.run} lineage={lineage} chosen={hash} />
          ))}
        </div>
        {hash !== undefined && (
          <One
            {...{ hash }}
            requests={about(hash)}
            parent={data.find((one) => one.hash === data.find((own) => own.hash === hash)?.parent)}
          />
        )}
      </div>
    </div>
  );
}

const MODEL_ACTS: ReadonlySet<string> = new Set(['promote', 'rollback', 'revoke']);

function One({
  hash,
  requests,
  parent,
}: { readonly hash: string } & Pick<React.ComponentProps<typeof Card>, 'requests' | 'parent'>) {
  const { data, error, refetch } = useModel(hash);
  if (data) return <Card view={data} {...{ requests, parent }} />;
  if (error) return <ProblemPanel error={error} onRetry={() => void refetch()} />;
  return <Loading what="Reading the checkpoint" />;
}
