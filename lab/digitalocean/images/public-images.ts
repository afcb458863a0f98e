import { regionSlugs } from './region-names.ts'

/** The one image whose machines really boot here. */
export const bootableImage = 'debian-13-x64'

type Release = [
  id: number,
  slug: string,
  distribution: string,
  name: string,
  released: string,
  minDiskSize: number,
]

const distributions: Release[] = [
  [194_690_001, bootableImage, 'Debian', '13 x64', '2025-08-14T15:00:00Z', 7],
  [168_639_140, 'debian-12-x64', 'Debian', '12 x64', '2024-10-24T15:00:00Z', 7],
  [159_651_797, 'ubuntu-22-04-x64', 'Ubuntu', '22.04 (LTS) x64', '2024-06-26T15:00:00Z', 7],
  [175_306_584, 'ubuntu-24-04-x64', 'Ubuntu', '24.04 (LTS) x64', '2025-01-09T15:00:00Z', 7],
  [169_810_124, 'fedora-41-x64', 'Fedora', '41 x64', '2024-11-04T15:00:00Z', 15],
  [135_509_519, 'rockylinux-9-x64', 'Rocky Linux', '9 x64', '2023-06-27T15:00:00Z', 10],
]

/** DigitalOcean's own images. */
export const publicImages = distributions.map(([id, slug, distribution, name, released, minDiskSize]) => ({
  id,
  slug,
  name,
  distribution,
  type: 'base',
  public: true,
  // The description of the API knows no images in Atlanta yet.
  regions: regionSlugs.filter((region) => region !== 'atl1'),
  created_at: released,
  min_disk_size: minDiskSize,
  size_gigabytes: 0.6,
  description: `${distribution} ${name}`,
  tags: [] as string[],
  status: 'available',
  error_message: '',
}))
